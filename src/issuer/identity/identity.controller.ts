import { Body, Controller, HttpCode, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { HttpExchange, type Exchanged } from '../../http/response-cookies.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { Devices } from '../devices/devices.js';
import { IssuerKeys } from '../keys/issuer-keys.js';
import { Sessions } from '../tokens/sessions.js';
import { IssuerUsers } from '../users/issuer-users.js';
import { userAnswer } from '../users/user-answer.js';
import { CodeExchange } from './code-exchange.js';
import { identifierAnswer, type IdentityAnswer } from './identity-answer.js';
import { parseIdentityRequest } from './identity-request.js';
import { identityToken } from './identity-token.js';

/** Exchanges an authorization code for the identity behind it, and for tokens where they are asked for. */
@Controller('api/v0/verify/get_identity')
export class IdentityController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly exchange: CodeExchange,
    private readonly users: IssuerUsers,
    private readonly sessions: Sessions,
    private readonly keys: IssuerKeys,
    private readonly devices: Devices,
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
    const answer = {
      identifier: identifierAnswer(user, challenge, verifiedAt),
      token: identityToken(user, verifiedAt, this.keys),
      user: userAnswer(user, (await this.devices.enrolledMethodsOf([user]))(user)),
    };
    if (queryOf(request).get('oauth_token') !== 'true') return answer;
    const proof = { user, authenticationMethod: challenge.authMethod, authenticatedAt: verifiedAt };
    return { ...answer, oauth_token: await this.sessions.begin(proof, exchanged) };
  }
}
