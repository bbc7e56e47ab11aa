import { Body, Controller, Delete, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { HttpExchange, type Exchanged } from '../../http/response-cookies.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { EventTokenGrant } from '../grants/event-token-grant.js';
import { IdentityTokenGrant } from '../grants/identity-token-grant.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { member, textMember } from '../http/body-members.js';
import { Sessions } from './sessions.js';
import type { TokenAnswer } from './token-answer.js';

/** Begins sessions, continues and ends them. The path without a key is the older one, which mobile SDKs use. */
@Controller('api/v0/token')
export class TokenController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly sessions: Sessions,
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
    @HttpExchange() exchanged: Exchanged,
  ): Promise<TokenAnswer> {
    switch (textMember(body, 'grant_type')) {
      case 'refresh_token': {
        const { apiKeyId } = this.clients.getCaller(request, keyInPath);
        return this.sessions.renew(textMember(body, 'refresh_token'), apiKeyId, exchanged);
      }
      case 'identity_token': {
        const { apiKeyId } = this.clients.getTrustedCaller(request, keyInPath);
        const proof = await this.identityTokens.redeem(member(body, 'identity_token'), apiKeyId);
        return this.sessions.begin(proof, exchanged);
      }
      case 'event_token': {
        const { apiKeyId } = this.clients.getTrustedCaller(request, keyInPath);
        const proof = await this.eventTokens.redeem(member(body, 'event_token'), apiKeyId);
        return this.sessions.begin(proof, exchanged);
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
    @HttpExchange() exchanged: Exchanged,
  ): Promise<{ success: true }> {
    const { apiKeyId } = this.clients.getCaller(request, keyInPath);
    await this.sessions.end(textMember(body, 'refresh_token'), apiKeyId, exchanged);
    return { success: true };
  }
}
