import { Inject, Injectable } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { parseRedirectUrl } from '../identifiers/redirect-url.js';
import { codeChallengeOf, createCodeVerifier, createState } from '../tokens/pkce.js';
import { parseCallback, type AuthorizationCallback, type CallbackParameters } from './callback.js';

/** What the person is to prove, and where they go afterwards. */
export interface SignInRequest {
  /** Where the authorize page sends the person back: `https:`, `http:` on a loopback host, or the scheme of an app. */
  readonly redirectUrl: string;
  readonly type: 'EMAIL' | 'PHONE';
  readonly authMethod?: 'OTP' | 'MAGIC_LINK' | undefined;
  /** An e-mail address or phone number that is known already: the page does not ask for it. */
  readonly input?: string | undefined;
  /** How a phone number may be reached. */
  readonly phoneChannels?: readonly ('SMS' | 'WHATSAPP')[] | undefined;
}

/** A {@link SignInRequest} with the values that tie its answer to the one who asks. */
export interface AuthorizeRequest extends SignInRequest {
  readonly codeChallenge: string;
  readonly state: string;
}

/** A sign-in that has begun. Keep `state` and `codeVerifier` where only this person's browser or device leads back to. */
export interface BegunSignIn {
  /** The authorize page: send the person there. */
  readonly url: string;
  readonly state: string;
  /** A secret: it never goes into a URL. */
  readonly codeVerifier: string;
  readonly codeChallenge: string;
}

/**
 * The authorization code flow with PKCE, for backends, command lines and tests: {@link begin}, {@link parseCallback}, and then
 * {@link CotterApiClient.exchangeCode}.
 *
 * @see Cotter's guide for mobile apps
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636 | RFC 7636}
 */
@Injectable()
export class PkceService {
  constructor(@Inject(CotterOptions) private readonly options: CotterOptions) {}

  /** A new code verifier: 256 random bits as 43 characters of base64url. */
  createVerifier(): string {
    return createCodeVerifier();
  }

  /** The S256 challenge of a verifier. This wire knows no other method. */
  challengeOf(codeVerifier: string): string {
    return codeChallengeOf(codeVerifier);
  }

  /** A new `state`: 256 random bits. */
  createState(): string {
    return createState();
  }

  /**
   * The URL of the issuer's authorize page.
   *
   * @throws {@link InvalidRedirectUrlError} (`invalid_redirect_url`) for a redirect URL that no code should be sent to.
   */
  authorizeUrl(request: AuthorizeRequest): string {
    const query = new URLSearchParams({
      api_key: this.options.apiKeyId,
      redirect_url: parseRedirectUrl(request.redirectUrl).text,
      type: request.type,
      code_challenge: request.codeChallenge,
      state: request.state,
    });
    if (request.authMethod !== undefined) query.set('auth_method', request.authMethod);
    if (request.input !== undefined) {
      query.set('direct_login', 'true');
      query.set('input', request.input);
    }
    for (const channel of request.phoneChannels ?? []) query.append('phone_channels[]', channel);
    return `${this.options.jsUrl}/app?${query.toString()}`;
  }

  /**
   * Begins a sign-in with a fresh verifier and state.
   *
   * @throws {@link InvalidRedirectUrlError} (`invalid_redirect_url`)
   */
  begin(request: SignInRequest): BegunSignIn {
    const state = this.createState();
    const codeVerifier = this.createVerifier();
    const codeChallenge = this.challengeOf(codeVerifier);
    return { url: this.authorizeUrl({ ...request, codeChallenge, state }), state, codeVerifier, codeChallenge };
  }

  /**
   * Reads what came back from the authorize page.
   *
   * @param callback - The URL (or its path and query) that the person came back to, or its parameters.
   * @param expectedState - The `state` of {@link begin}, compared in constant time. Forget it afterwards: it is good once.
   * @throws {@link AuthorizationRefusedError} (`authorization_refused`) where the issuer sent `error` instead of a code.
   * @throws {@link InvalidCallbackError} (`invalid_callback`) for another state, or a parameter that is missing, malformed or doubled.
   */
  parseCallback(callback: string | URL | CallbackParameters, expectedState: string): AuthorizationCallback {
    return parseCallback(callback, expectedState);
  }
}
