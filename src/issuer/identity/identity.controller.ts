import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { HttpExchange, type Exchanged } from '../../http/response-cookies.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { IssuerUsers } from '../users/issuer-users.js';
import { CodeExchange } from './code-exchange.js';
import type { IdentityAnswer } from './identity-answer.js';
import { IdentityAnswers } from './identity-answers.js';
import { parseIdentityRequest } from './identity-request.js';

/** Exchanges an authorization code for the identity behind it, and for tokens where they are asked for. */
@Controller('api/v0/verify/get_identity')
export class IdentityController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly exchange: CodeExchange,
    private readonly users: IssuerUsers,
    private readonly answers: IdentityAnswers,
  ) {}

  @Post()
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async getIdentity(
    @Req() request: PlatformRequest,
    @Body() body: unknown,
    @HttpExchange() exchanged: Exchanged,
  ): Promise<IdentityAnswer> {
    const { apiKeyId } = this.clients.getCaller(request);
    const { challenge, verifiedAt } = await this.exchange.redeem(parseIdentityRequest(body), apiKeyId);
    const user = await this.users.findOrCreateVerified(challenge);
    const proof = { user, authenticationMethod: challenge.authMethod, authenticatedAt: verifiedAt };
    const wantsTokens = queryOf(request).get('oauth_token') === 'true';
    return wantsTokens
      ? this.answers.signIn(proof, challenge.deviceName, exchanged)
      : this.answers.describe(proof, challenge.deviceName);
  }
}
