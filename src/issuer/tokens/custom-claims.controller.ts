import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { SecretKeyGuard } from '../clients/secret-key.guard.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { member, textMember } from '../http/body-members.js';
import { parseCustomClaims } from './custom-claims.js';
import { OwnTokens } from './own-tokens.js';
import { RefreshTokens } from './refresh-tokens.js';
import { REFRESH_TOKEN_NOT_VALID } from './token-answer.js';
import { TokenMinter } from './token-minter.js';

/** The answer of `/token/custom`. */
export interface CustomTokenAnswer {
  readonly token: string;
  /** Where a refresh token came along. */
  readonly refresh_token?: string;
  /** The same, as Cotter's documentation spells it. */
  readonly refresh_tokenn?: string;
}

/** Gives an application's server tokens with claims of its own. */
@Controller('api/v0/token/custom')
export class CustomClaimsController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly ownTokens: OwnTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly minter: TokenMinter,
  ) {}

  /** The token that comes back ends when the one that came in would have: nobody stays signed in for longer by this. */
  @Post()
  @HttpCode(200)
  @UseGuards(SecretKeyGuard, JsonBodyGuard)
  async reissue(@Req() request: PlatformRequest, @Body() body: unknown): Promise<CustomTokenAnswer> {
    const { apiKeyId } = this.clients.getCaller(request);
    const customClaims = parseCustomClaims(member(body, 'custom_attributes'));
    const types = ['client_access_token', 'client_id_token'] as const;
    const claims = await this.ownTokens.verify(textMember(body, 'token') ?? '', types, apiKeyId);
    if (claims === null) throw new ApiRefusedError('token is not valid');
    const refreshToken = textMember(body, 'refresh_token');
    if (refreshToken === null) return { token: await this.minter.remint(claims, customClaims) };
    const issued = await this.refreshTokens.rotate(refreshToken, apiKeyId, { userId: claims.sub, customClaims });
    if (issued === null) throw new ApiRefusedError(REFRESH_TOKEN_NOT_VALID);
    return {
      token: await this.minter.remint(claims, customClaims),
      refresh_token: issued.refreshToken,
      refresh_tokenn: issued.refreshToken,
    };
  }
}
