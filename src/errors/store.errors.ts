import { CotterError } from './cotter.error.js';

/** The database does not answer, or not as it should. */
export class StoreUnavailableError extends CotterError {
  readonly code = 'store_unavailable';

  constructor(
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super('The user store cannot be reached at the moment.', options);
  }
}
