import { Body, Controller, Delete, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { textMember } from '../http/body-members.js';
import { IssuerUsers } from '../users/issuer-users.js';
import { RefreshTokens } from './refresh-tokens.js';
import type { TokenAnswer } from './token-answer.js';
import { TokenMinter } from './token-minter.js';

/** What Cotter's browser SDK looks for in the message: "not valid". It takes any other text for a passing trouble. */
const NOT_VALID = 'Refresh token is not valid';

/** Continues sessions and ends them. The path without a key is the older one, which mobile SDKs use. */
@Controller('api/v0/token')
export class TokenController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly refreshTokens: RefreshTokens,
    private readonly users: IssuerUsers,
    private readonly minter: TokenMinter,
  ) {}

  @Post([':apiKeyId', ''])
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async refresh(
    @Req() request: PlatformRequest,
    @Param('apiKeyId') keyInPath: string | undefined,
    @Body() body: unknown,
  ): Promise<TokenAnswer> {
    const { apiKeyId } = this.clients.getCaller(request, keyInPath);
    if (textMember(body, 'grant_type') !== 'refresh_token') {
      throw new ApiRefusedError('grant_type must be refresh_token');
    }
    const issued = await this.refreshTokens.rotate(textMember(body, 'refresh_token') ?? '', apiKeyId);
    const user = issued === null ? null : await this.users.find(issued.session.userId);
    if (issued === null || user === null) throw new ApiRefusedError(NOT_VALID);
    return this.minter.mintTokens(user, issued);
  }

  /** Signs out. Whoever asks twice gets the same answer twice, and learns nothing about tokens that are not theirs. */
  @Delete(':apiKeyId')
  async revoke(
    @Req() request: PlatformRequest,
    @Param('apiKeyId') keyInPath: string,
    @Body() body: unknown,
  ): Promise<{ success: true }> {
    const { apiKeyId } = this.clients.getCaller(request, keyInPath);
    const refreshToken = textMember(body, 'refresh_token');
    if (refreshToken !== null) await this.refreshTokens.revoke(refreshToken, apiKeyId);
    return { success: true };
  }
}
