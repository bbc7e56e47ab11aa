import { Inject, Injectable } from '@nestjs/common';

import { CotterApiClient } from '../cotter-api/cotter-api.client.js';
import { CotterOptions } from '../cotter.options.js';
import { SignInExpiredError, SignInNotFoundError, SignInUsedError } from '../errors/callback.errors.js';
import { IssuerFailedError } from '../errors/issuer.errors.js';
import { InvalidBodyError } from '../errors/request.errors.js';
import type { HeaderCarrier } from '../http/platform.js';
import type { Exchanged, ResponseCookies } from '../http/response-cookies.js';
import { LoginService } from '../login/login.service.js';
import { PkceService } from '../pkce/pkce.service.js';
import { SessionStore } from '../session/session.store.js';
import { hashOf, PendingSignIns, type PendingSignIn } from './pending-sign-ins.js';
import { parseRedirectRequest } from './redirect-request.js';
import { RedirectRoutes } from './redirect-routes.js';

/** Marks a request that was sent to the public URL once: a proxy that names another host to us would have it go round in circles. */
const MOVED = 'moved';

/** The sign-in by redirect: to the issuer's page, and back with a session. */
@Injectable()
export class RedirectService {
  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(RedirectRoutes) private readonly routes: RedirectRoutes,
    @Inject(PkceService) private readonly pkce: PkceService,
    @Inject(PendingSignIns) private readonly pending: PendingSignIns,
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(CotterApiClient) private readonly api: CotterApiClient,
    @Inject(LoginService) private readonly logins: LoginService,
  ) {}

  /**
   * Begins a sign-in, and gives its cookie to the browser. One that came by another host goes to the public URL first.
   *
   * @returns the URL to go on to: the issuer's authorize page.
   * @throws {@link InvalidSignInRequestError} (`invalid_sign_in_request`)
   */
  begin(query: URLSearchParams, { carrier, answer }: Exchanged): string {
    const { returnTo, type, authMethod } = parseRedirectRequest(query, this.options, this.routes.publicUrl);
    if (!query.has(MOVED) && !this.routes.isReachedBy(carrier)) {
      return `${this.routes.loginUrl}?${new URLSearchParams([...query, [MOVED, '1']]).toString()}`;
    }
    const { url, state, codeVerifier } = this.pkce.begin({ redirectUrl: this.routes.callbackUrl, type, authMethod });
    this.pending.add({ state, codeVerifier, returnTo }, carrier, getCookies(answer));
    return url;
  }

  /**
   * Ends a sign-in in a session.
   *
   * A state is used up before its code is exchanged, and with it goes the cookie: whatever fails after that, the person signs in anew.
   * While the store is out of reach, nothing is used up, and loading the page again goes on.
   *
   * @returns the path to go on to.
   * @throws {@link AuthorizationRefusedError}, {@link InvalidCallbackError}, {@link SignInNotFoundError}, {@link SignInExpiredError},
   *   {@link SignInUsedError} for a callback that no session may come of.
   * @throws what {@link CotterApiClient.exchangeCode} and {@link LoginService.login} throw. No cookie of a session is set then.
   */
  async complete(query: URLSearchParams, exchanged: Exchanged): Promise<string> {
    const signIn = this.find(query, exchanged.carrier);
    // What is wrong with a callback by itself is told first, so one that is nobody's is held against its own state.
    const callback = this.pkce.parseCallback(query, signIn?.state ?? query.get('state') ?? '');
    if (signIn === null) throw new SignInNotFoundError();
    await this.#useUp(signIn, getCookies(exchanged.answer));
    const identity = await this.api.exchangeCode({
      ...callback,
      codeVerifier: signIn.codeVerifier,
      redirectUrl: this.routes.callbackUrl,
    });
    await this.#login(identity.raw, exchanged);
    return signIn.returnTo;
  }

  /** The sign-in that a callback belongs to; `null` where this browser has not begun it. */
  find(query: URLSearchParams, carrier: HeaderCarrier): PendingSignIn | null {
    const [state, ...others] = query.getAll('state');
    return state === undefined || others.length > 0 ? null : this.pending.find(state, carrier);
  }

  async #useUp(signIn: PendingSignIn, cookies: ResponseCookies): Promise<void> {
    const { state, expiresAtMs } = signIn;
    const nowMs = this.options.clock();
    const isInTime = nowMs < expiresAtMs;
    const isFirst = isInTime && (await this.store.useOnce(`state ${hashOf(state)}`, nowMs, expiresAtMs));
    this.pending.remove(signIn, cookies);
    if (!isInTime) throw new SignInExpiredError();
    if (!isFirst) throw new SignInUsedError();
  }

  async #login(payload: unknown, exchanged: Exchanged): Promise<void> {
    try {
      await this.logins.login(payload, { exchanged, isOwnSignIn: true });
    } catch (error) {
      // The payload is the issuer's, and nobody else's fault.
      throw error instanceof InvalidBodyError ? new IssuerFailedError({ cause: error }) : error;
    }
  }
}

function getCookies(answer: ResponseCookies | null): ResponseCookies {
  if (answer === null) throw new Error('a sign-in needs an answer that can have cookies');
  return answer;
}
