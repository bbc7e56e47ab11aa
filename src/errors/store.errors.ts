import { CotterError } from './cotter.error.js';

/** A store (the database, Redis) does not answer, or not as it should. */
export class StoreUnavailableError extends CotterError {
  readonly code = 'store_unavailable';

  constructor(
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super('A store that this needs cannot be reached at the moment.', options);
  }
}

/**
 * With `revocation.failClosed`: what is revoked has not been known for too long, so nobody can tell whether a token still holds. Never a
 * reason to sign anyone out.
 */
export class RevocationsUnavailableError extends CotterError {
  readonly code = 'revocations_unavailable';

  /** @param retryAfterSeconds - When asking again is worthwhile. */
  constructor(
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super('Whether the token was revoked cannot be told at the moment.', options);
  }
}
