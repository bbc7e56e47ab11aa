import { AnswerReader } from './answer-reader.js';

/** The tokens that an issuer hands out. None of them is verified yet. */
export interface OAuthTokens {
  readonly accessToken: string;
  readonly idToken: string | null;
  /** `null` where the issuer keeps the old one valid, as the legacy form of this wire does. */
  readonly refreshToken: string | null;
  /** Lifetime of the access token in seconds, as the issuer says; its `exp` is what counts. */
  readonly expiresIn: number;
  readonly tokenType: 'Bearer';
  /** `OTP`, `MAGIC_LINK`, `WEBAUTHN` and so on; `null` where the issuer does not say. */
  readonly authMethod: string | null;
}

/**
 * Reads the object that Cotter calls `oauth_token`, which is also the whole answer to a refresh.
 *
 * @param path - Names the object in a log.
 * @throws {@link IssuerFailedError} (`issuer_failed`) where a member is missing or of the wrong type, or the tokens are no bearer tokens.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 | RFC 6749, 5.1}
 */
export function parseOAuthTokens(value: unknown, path: string): OAuthTokens {
  const reader = AnswerReader.of(value, path);
  return {
    accessToken: reader.text('access_token'),
    idToken: reader.optionalText('id_token'),
    refreshToken: reader.optionalText('refresh_token'),
    expiresIn: reader.amount('expires_in'),
    tokenType: reader.keyword('token_type', 'Bearer'),
    authMethod: reader.optionalText('auth_method'),
  };
}
