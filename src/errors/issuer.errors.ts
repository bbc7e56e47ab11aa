import { CotterError } from './cotter.error.js';

/**
 * The grant (a refresh token or an authorization code) is unknown, used or expired, says the issuer.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 | RFC 6749, 5.2}: `invalid_grant`
 */
export class InvalidGrantError extends CotterError {
  readonly code = 'invalid_grant';

  constructor(options?: ErrorOptions) {
    super('The grant is unknown, used or expired. Sign in again.', options);
  }
}

/** The refresh token is of a family that was ended here: the issuer was not asked, or its answer came too late. */
export class EndedFamilyError extends InvalidGrantError {
  /**
   * @param family - The hash of the family's first token.
   * @param reason - `reused` for the one whose use of a spent token has just ended the family.
   */
  constructor(
    readonly family: string,
    readonly reason: 'reused' | 'revoked',
  ) {
    super({ cause: new Error(`the refresh token was ${reason}`) });
  }
}

/** The issuer failed or answered something that makes no sense. Nothing of its answer is passed on. */
export class IssuerFailedError extends CotterError {
  readonly code = 'issuer_failed';

  constructor(options?: ErrorOptions) {
    super('The issuer failed or gave an answer that makes no sense.', options);
  }
}

/** The issuer did not answer in time. */
export class IssuerTimeoutError extends CotterError {
  readonly code = 'issuer_timeout';

  constructor(options?: ErrorOptions) {
    super('The issuer did not answer in time.', options);
  }
}

/** The issuer asks to be left alone for a while. */
export class IssuerBusyError extends CotterError {
  readonly code = 'issuer_busy';

  constructor(
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super('The issuer asks to try again later.', options);
  }
}
