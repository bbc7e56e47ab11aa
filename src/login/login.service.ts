import { Inject, Injectable, Logger } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { AccountDisabledError, LoginTokenRefusedError } from '../errors/login.errors.js';
import { InvalidTokenError, RevokedTokenError } from '../errors/token.errors.js';
import { RenewalService } from '../renewal/renewal.service.js';
import type { Exchanged } from '../http/response-cookies.js';
import { RevocationService } from '../revocation/revocation.service.js';
import { SessionService } from '../session/session.service.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import { TokenVerifier, type VerifiedIdToken } from '../tokens/token-verifier.js';
import type { CotterAccount } from '../users/account.js';
import { LoginRecorder } from '../users/login-recorder.js';
import { UsersService } from '../users/users.service.js';
import type { LoginContext } from './login-hooks.js';
import { parseLoginRequest, type LoginRequest } from './dto/login-request.js';
import { assertClaimsAgree, assertSamePerson } from './verified-login.js';

/** Somebody logged in. */
export interface LoginResult<TAccount extends CotterAccount = CotterAccount> {
  readonly account: TAccount;
  /** Whether this login registered the person. */
  readonly created: boolean;
  readonly principal: CotterPrincipal;
}

/** How a login is to last, where the module has sessions. */
export interface LoginCircumstances {
  /** The request and its answer: with them, the login starts a session. */
  readonly exchanged?: Exchanged;
  /** The person has signed in this very moment, and nobody else holds the tokens: the session takes the refresh token. */
  readonly isOwnSignIn?: boolean;
}

/** Registers or logs in the person whom a payload's tokens prove. Usable without the controller. */
@Injectable()
export class LoginService {
  readonly #logger = new Logger('Cotter');

  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(UsersService) private readonly users: UsersService,
    @Inject(LoginRecorder) private readonly logins: LoginRecorder,
    @Inject(RevocationService) private readonly revocations: RevocationService,
    @Inject(RenewalService) private readonly renewals: RenewalService,
    @Inject(SessionService) private readonly sessions: SessionService | null,
  ) {}

  /**
   * Verifies the tokens of a payload, then finds or makes the account of their person. The identity is the tokens' alone; everything
   * else in the payload goes to the hooks as unverified.
   *
   * @param payload - What the front end got from the sign-in, as it stands.
   * @param circumstances - Where it comes from: with sessions, that is what gets their cookies.
   * @throws {@link InvalidBodyError} (`invalid_body`) for a payload of the wrong shape.
   * @throws {@link LoginTokenRefusedError} with the verifier's code for a bad access or ID token.
   * @throws {@link AccountDisabledError} (`account_disabled`) for a person who is locked out.
   * @throws {@link KeysUnavailableError}, {@link StoreUnavailableError}, {@link RevocationsUnavailableError} where nothing can be decided now.
   * @throws {@link IdentityMissingError}, {@link IdentityMismatchError}, {@link IdentifierTakenError}, {@link RegistrationRefusedError}
   */
  async login<TAccount extends CotterAccount = CotterAccount>(
    payload: unknown,
    circumstances: LoginCircumstances = {},
  ): Promise<LoginResult<TAccount>> {
    const request = parseLoginRequest(payload);
    const { principal, identifier } = await this.#verify(request);
    if (this.options.strictIdentity) assertClaimsAgree(request.claimed, principal.subject, identifier);
    // A token that is bound already stays whose it is: the payload of a login proves nothing about it.
    const { refreshToken } = request;
    const binding = refreshToken === null ? null : await this.renewals.bind(refreshToken, principal);
    const context: LoginContext = { principal, unverified: request.unverified };
    const { hooks, clock } = this.options;
    const at = new Date(clock());
    const { account, created, conflict } = await this.users.findOrRegister(
      {
        pair: { issuer: principal.issuer, subject: principal.subject },
        identifier,
        authenticationMethod: principal.authenticationMethod,
        at,
      },
      hooks.beforeRegister === undefined
        ? null
        : async (candidate) => (await hooks.beforeRegister?.({ ...context, identifier: candidate })) ?? {},
    );
    if (!created) this.logins.note(account, at, principal.authenticationMethod);
    if (conflict !== null)
      await this.#run('onIdentifierConflict', () => hooks.onIdentifierConflict?.(account, conflict));
    if (created) await this.#run('onRegistered', () => hooks.onRegistered?.(account, context));
    const family = binding?.outcome === 'bound' ? binding.family : null;
    await this.#startSession(request, { account, created, principal }, family, circumstances);
    await this.#run('onLoggedIn', () => hooks.onLoggedIn?.(account, context));
    return { account: account as TAccount, created, principal };
  }

  /** Where the module has sessions. @param family - Of the refresh token; `null` where a session could do nothing with that. */
  async #startSession(
    { accessToken, refreshToken }: LoginRequest,
    { account, principal }: LoginResult,
    family: string | null,
    { exchanged, isOwnSignIn = false }: LoginCircumstances,
  ): Promise<void> {
    if (this.sessions === null || exchanged === undefined) return;
    const adopts = isOwnSignIn || this.options.session?.adoptRefreshToken === true;
    const refresh = adopts && refreshToken !== null && family !== null ? { token: refreshToken, family } : null;
    const authenticatedAt = this.#signInTimeOf(principal, isOwnSignIn);
    await this.sessions.start({ account, principal, accessToken, refresh, authenticatedAt }, exchanged);
  }

  /**
   * A payload that is posted may be older than it looks: the person signed in when its access token was issued, at the latest.
   */
  #signInTimeOf({ authenticatedAt, issuedAt }: CotterPrincipal, isOwnSignIn: boolean): Date {
    const nowMs = this.options.clock();
    if (authenticatedAt !== null) return new Date(authenticatedAt);
    return new Date(isOwnSignIn ? nowMs : Math.min(nowMs, issuedAt === null ? 0 : Date.parse(issuedAt)));
  }

  async #verify(request: LoginRequest): Promise<{ principal: CotterPrincipal; identifier: string | null }> {
    const principal = await this.#refusing('access', this.verifier.verifyAccessToken(request.accessToken));
    if (request.idToken === null) return { principal, identifier: principal.identifier };
    const idToken: VerifiedIdToken = await this.#refusing('ID', this.verifier.verifyIdToken(request.idToken));
    assertSamePerson(principal, idToken);
    return { principal, identifier: principal.identifier ?? idToken.identifier };
  }

  async #refusing<T>(which: 'access' | 'ID', verification: Promise<T>): Promise<T> {
    try {
      return await verification;
    } catch (error) {
      if (error instanceof RevokedTokenError && this.revocations.isDisabled(error)) throw new AccountDisabledError();
      throw error instanceof InvalidTokenError ? new LoginTokenRefusedError(error, which) : error;
    }
  }

  /** By now the login is done; a hook that fails is the application's problem and not the person's. */
  async #run(name: string, hook: () => void | Promise<void>): Promise<void> {
    try {
      await hook();
    } catch (error) {
      this.#logger.error(`the hook ${name} failed`, error instanceof Error ? error.stack : undefined);
    }
  }
}
