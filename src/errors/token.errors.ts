import { CotterError } from './cotter.error.js';

/** Why a token was refused. Each is a stable name of ours; all of them are `invalid_token` to RFC 6750. */
export type InvalidTokenCode =
  | 'malformed_token'
  | 'unsupported_algorithm'
  | 'unknown_key'
  | 'invalid_signature'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'invalid_issuer'
  | 'invalid_audience'
  | 'invalid_token_type'
  | 'invalid_subject'
  | 'invalid_claim'
  | 'token_revoked';

/** What a failed rule wanted and saw. For logs only: `actual` may hold what a stranger sent. */
export interface TokenEvidence {
  readonly expected: unknown;
  readonly actual: unknown;
}

const DETAILS: Record<InvalidTokenCode, string> = {
  malformed_token: 'The token is not a well-formed JSON Web Token.',
  unsupported_algorithm: 'The token is not signed with ES256.',
  unknown_key: 'The token names a key that its issuer does not publish.',
  invalid_signature: 'The signature of the token does not verify.',
  token_expired: 'The token has expired.',
  token_not_yet_valid: 'The token is not valid yet.',
  invalid_issuer: 'The token was issued by someone else.',
  invalid_audience: 'The token was issued for another application.',
  invalid_token_type: 'The token is not of the type that is accepted here.',
  invalid_subject: 'The token does not name a subject.',
  invalid_claim: 'A claim of the token has the wrong form.',
  token_revoked: 'The token was revoked.',
};

/**
 * A token was presented, and it is not good.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 | RFC 6750, 3.1}: `invalid_token`
 */
export class InvalidTokenError extends CotterError {
  constructor(
    readonly code: InvalidTokenCode,
    readonly evidence?: TokenEvidence,
    options?: ErrorOptions,
  ) {
    super(DETAILS[code], options);
  }
}

/** A token that would be good, had it not been revoked: so whose it is may be believed. */
export class RevokedTokenError extends InvalidTokenError {
  constructor(
    readonly issuer: string,
    readonly subject: string,
  ) {
    super('token_revoked');
  }
}

/** Whether a token is good cannot be told now, because the issuer's keys are out of reach. Never a reason to sign anyone out. */
export class KeysUnavailableError extends CotterError {
  readonly code = 'keys_unavailable';

  /** @param retryAfterSeconds - When asking again is worthwhile. */
  constructor(
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super("The issuer's keys cannot be fetched at the moment.", options);
  }
}
