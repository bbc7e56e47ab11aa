import { Body, Controller, Delete, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { EventTokenGrant } from '../grants/event-token-grant.js';
import { IdentityTokenGrant } from '../grants/identity-token-grant.js';
import type { Proof } from '../grants/proof.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { member, textMember } from '../http/body-members.js';
import { IssuerUsers } from '../users/issuer-users.js';
import { RefreshTokens } from './refresh-tokens.js';
import { REFRESH_TOKEN_NOT_VALID, type TokenAnswer } from './token-answer.js';
import { TokenMinter } from './token-minter.js';

/** Begins sessions, continues and ends them. The path without a key is the older one, which mobile SDKs use. */
@Controller('api/v0/token')
export class TokenController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly refreshTokens: RefreshTokens,
    private readonly users: IssuerUsers,
    private readonly minter: TokenMinter,
    private readonly identityTokens: IdentityTokenGrant,
    private readonly eventTokens: EventTokenGrant,
  ) {}

  @Post([':apiKeyId', ''])
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async grant(
    @Req() request: PlatformRequest,
    @Param('apiKeyId') keyInPath: string | undefined,
    @Body() body: unknown,
  ): Promise<TokenAnswer> {
    switch (textMember(body, 'grant_type')) {
      case 'refresh_token': {
        const { apiKeyId } = this.clients.getCaller(request, keyInPath);
        return this.#refresh(textMember(body, 'refresh_token') ?? '', apiKeyId);
      }
      case 'identity_token': {
        const { apiKeyId } = this.clients.getTrustedCaller(request, keyInPath);
        return this.#begin(await this.identityTokens.redeem(member(body, 'identity_token'), apiKeyId));
      }
      case 'event_token': {
        const { apiKeyId } = this.clients.getTrustedCaller(request, keyInPath);
        return this.#begin(await this.eventTokens.redeem(member(body, 'event_token'), apiKeyId));
      }
      default:
        throw new ApiRefusedError('grant_type must be refresh_token, identity_token or event_token');
    }
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

  async #refresh(refreshToken: string, apiKeyId: string): Promise<TokenAnswer> {
    const issued = await this.refreshTokens.rotate(refreshToken, apiKeyId);
    const user = issued === null ? null : await this.users.find(issued.session.userId);
    if (issued === null || user?.trustEpoch !== issued.session.trustEpoch) {
      throw new ApiRefusedError(REFRESH_TOKEN_NOT_VALID);
    }
    return this.minter.mintTokens(user, issued);
  }

  async #begin({ user, authenticationMethod, authenticatedAt }: Proof): Promise<TokenAnswer> {
    return this.minter.mintTokens(user, await this.refreshTokens.issue(user, authenticationMethod, authenticatedAt));
  }
}
