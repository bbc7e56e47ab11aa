import { Body, Controller, Get, HttpCode, Post, Req, UseGuards } from '@nestjs/common';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { HttpExchange, type Exchanged } from '../../http/response-cookies.js';
import type { IssuerClient } from '../clients/issuer-client.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { textMember } from '../http/body-members.js';
import { deviceNameOf } from '../http/device-name.js';
import type { IdentityAnswer } from '../identity/identity-answer.js';
import { IdentityAnswers } from '../identity/identity-answers.js';
import { PublicWriteLimit } from '../limits/public-write-limit.js';
import { IssuerUsers } from '../users/issuer-users.js';
import { getIdentifier } from '../users/user-request.js';
import { findPageOrigin, getPageOrigin } from './page-origin.js';
import { PasskeyLogin, type LoginRequest } from './passkey-login.js';
import { PasskeyRegistration } from './passkey-registration.js';
import { Passkeys } from './passkeys.js';
import { RecentSignIn } from './recent-sign-in.js';

/** Options for `navigator.credentials`, with bytes in base64url. */
export interface CeremonyAnswer<Options> {
  readonly publicKey: Options;
}

/**
 * Passkeys, as Cotter's browser SDK asks for them. No cookie holds a ceremony: it is found by the challenge that the authenticator has
 * signed.
 */
@Controller('api/v0/webauthn')
export class WebAuthnController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly users: IssuerUsers,
    private readonly passkeys: Passkeys,
    private readonly limit: PublicWriteLimit,
    private readonly signIns: RecentSignIn,
    private readonly registration: PasskeyRegistration,
    private readonly login: PasskeyLogin,
    private readonly answers: IdentityAnswers,
  ) {}

  /** Whether somebody has a passkey: on the page that asks, and anywhere where no page does. The same for strangers as for those without. */
  @Get('exists')
  async exists(@Req() request: PlatformRequest): Promise<{ readonly exists: boolean }> {
    const client = this.clients.getCaller(request);
    const { apiKeyId } = client;
    const page = findPageOrigin(request, client);
    await this.limit.count('ask passkey', request);
    const user = await this.users.findByIdentifier(apiKeyId, identifierOf(request));
    return { exists: user !== null && (await this.passkeys.list(user, page?.rpId ?? null)).length > 0 };
  }

  @Post('register/begin')
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async beginRegistration(
    @Req() request: PlatformRequest,
    @Body() body: unknown,
  ): Promise<CeremonyAnswer<PublicKeyCredentialCreationOptionsJSON>> {
    const client = this.clients.getCaller(request);
    const { user, page } = await this.#parse(request, client, body);
    return { publicKey: await this.registration.begin(await this.signIns.get(request, user), client, page) };
  }

  /**
   * Tokens come along, since the SDK hands this answer to the application in place of that of the sign-in before it. They are of a
   * session of their own, which no cookie keeps: the browser has the other one.
   */
  @Post('register/finish')
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async finishRegistration(
    @Req() request: PlatformRequest,
    @Body() body: unknown,
    @HttpExchange() { carrier }: Exchanged,
  ): Promise<IdentityAnswer> {
    const client = this.clients.getCaller(request);
    const { apiKeyId, user, page } = await this.#parse(request, client, body);
    const signIn = await this.registration.finish(user, apiKeyId, page, body);
    return this.answers.signIn(signIn, deviceNameOf(request), { carrier, answer: null });
  }

  @Post('login/begin')
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async beginLogin(
    @Req() request: PlatformRequest,
    @Body() body: unknown,
  ): Promise<CeremonyAnswer<PublicKeyCredentialRequestOptionsJSON>> {
    const asked = await this.#parse(request, this.clients.getCaller(request), body);
    await this.limit.count('ask passkey', request);
    return { publicKey: await this.login.begin(asked) };
  }

  @Post('login/finish')
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async finishLogin(
    @Req() request: PlatformRequest,
    @Body() body: unknown,
    @HttpExchange() exchanged: Exchanged,
  ): Promise<IdentityAnswer> {
    const asked = await this.#parse(request, this.clients.getCaller(request), body);
    return this.answers.signIn(await this.login.finish(asked, body), deviceNameOf(request), exchanged);
  }

  async #parse(request: PlatformRequest, client: IssuerClient, body: unknown): Promise<LoginRequest> {
    const { apiKeyId } = client;
    const page = getPageOrigin(request, client, textMember(body, 'origin'));
    const identifier = identifierOf(request);
    return { apiKeyId, identifier, user: await this.users.findByIdentifier(apiKeyId, identifier), page };
  }
}

/** @throws {@link ApiRefusedError} */
function identifierOf(request: PlatformRequest): string {
  return getIdentifier(queryOf(request).get('identifier')).value;
}
