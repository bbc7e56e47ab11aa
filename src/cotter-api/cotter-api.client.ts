import { Inject, Injectable } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { InvalidGrantError, IssuerBusyError, IssuerFailedError } from '../errors/issuer.errors.js';
import { requestJson, type JsonAnswer } from '../net/json-request.js';
import { createExchangeBody, type CodeExchange } from './code-exchange.js';
import { parseIdentity, type CotterIdentity } from './identity.js';
import { parseOAuthTokens, type OAuthTokens } from './oauth-tokens.js';
import { assertRefreshToken } from './refresh-token.js';

/** What to ask of `get_identity` beside the identity. */
export interface ExchangeCodeOptions {
  /** Ask for OAuth tokens; without them the answer holds the older signed identity alone. @defaultValue true */
  readonly oauthToken?: boolean | undefined;
  /** The `auth_method` that came back beside the code, as after a social login. */
  readonly authMethod?: string | undefined;
}

const MAX_ANSWER_BYTES = 256 * 1024;
/** For an issuer that asks to be left alone and does not say how long. */
const DEFAULT_RETRY_AFTER_SECONDS = 5;

/**
 * Calls the API of an issuer: one request a call, within a deadline, and never another one by itself. A code or a refresh token is good
 * once, so a second try of ours could spend what the caller still holds, and an issuer may take it for theft.
 */
@Injectable()
export class CotterApiClient {
  constructor(@Inject(CotterOptions) private readonly options: CotterOptions) {}

  /**
   * Exchanges an authorization code for the identity of the person who signed in, and their tokens. Nothing in the answer is verified
   * yet; `LoginService.login(identity.raw)` does that.
   *
   * A failed exchange (`issuer_failed`, `issuer_timeout`) is not tried again, although Cotter's unreleased SDK does: nobody knows whether
   * the code was spent. The caller may, within the five minutes that a code lives.
   *
   * @throws {@link InvalidBodyError} (`invalid_body`), {@link InvalidRedirectUrlError} (`invalid_redirect_url`) before anything is sent.
   * @throws {@link InvalidGrantError} (`invalid_grant`) where the issuer refuses code, verifier, challenge or redirect URL.
   * @throws {@link IssuerBusyError}, {@link IssuerFailedError}, {@link IssuerTimeoutError}
   * @see Cotter's guide for mobile apps, step 3
   */
  exchangeCode(
    exchange: CodeExchange,
    options?: ExchangeCodeOptions & { readonly oauthToken?: true | undefined },
  ): Promise<CotterIdentity & { readonly oauthToken: OAuthTokens }>;
  exchangeCode(exchange: CodeExchange, options: ExchangeCodeOptions): Promise<CotterIdentity>;
  async exchangeCode(
    exchange: CodeExchange,
    { oauthToken = true, authMethod }: ExchangeCodeOptions = {},
  ): Promise<CotterIdentity> {
    const body = createExchangeBody(exchange);
    const query = new URLSearchParams();
    if (oauthToken) query.set('oauth_token', 'true');
    if (authMethod !== undefined) query.set('auth_method', authMethod);
    const path = `/verify/get_identity${query.size === 0 ? '' : `?${query.toString()}`}`;
    const identity = parseIdentity(await this.#call('POST', path, body));
    if (oauthToken && identity.oauthToken === null) throw failure('get_identity answered without oauth_token');
    return identity;
  }

  /**
   * Exchanges a refresh token for new tokens, which are not verified yet. The issuer spends the old one with it, as a rule: for a call that
   * survives two tabs and an outage of the issuer's keys, take {@link RefreshService}.
   *
   * @throws {@link InvalidBodyError} (`invalid_body`) before anything is sent.
   * @throws {@link InvalidGrantError} (`invalid_grant`) where the issuer says that the token is unknown, used or expired.
   * @throws {@link IssuerBusyError}, {@link IssuerFailedError}, {@link IssuerTimeoutError}: nothing is known against the token.
   * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 | RFC 6749, 6}
   */
  async refresh(refreshToken: string): Promise<OAuthTokens> {
    assertRefreshToken(refreshToken);
    const body = { grant_type: 'refresh_token', refresh_token: refreshToken };
    return parseOAuthTokens(await this.#call('POST', this.#tokenPath, body), 'token');
  }

  /**
   * Signs a refresh token out at the issuer. The token in the body is an extension: Cotter's own API took it from a cookie that a backend
   * does not have.
   *
   * @throws as {@link refresh} does; `invalid_grant` where the issuer does not know the token (any more).
   * @see {@link https://www.rfc-editor.org/rfc/rfc7009 | RFC 7009}
   */
  async revoke(refreshToken: string): Promise<void> {
    assertRefreshToken(refreshToken);
    await this.#call('DELETE', this.#tokenPath, { refresh_token: refreshToken });
  }

  get #tokenPath(): string {
    return `/token/${encodeURIComponent(this.options.apiKeyId)}`;
  }

  async #call(method: 'POST' | 'DELETE', path: string, body: unknown): Promise<unknown> {
    const answer = await requestJson(`${this.options.apiUrl}${path}`, {
      method,
      headers: { API_KEY_ID: this.options.apiKeyId },
      body,
      timeoutMs: this.options.apiTimeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
    });
    assertGranted(answer);
    return answer.body;
  }
}

/** The issuer's own words stay out of every error: they are not written for our callers. */
function assertGranted({ status, retryAfterSeconds }: JsonAnswer): void {
  if (status >= 200 && status < 300) return;
  if (status === 400 || status === 401) throw new InvalidGrantError();
  if (status === 429) throw new IssuerBusyError(retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS);
  throw failure(`the issuer answered with status ${String(status)}`);
}

function failure(message: string): IssuerFailedError {
  return new IssuerFailedError({ cause: new Error(message) });
}
