import { CotterError } from './cotter.error.js';

/** The same token is being renewed by another process, or it cannot be told whether it was. Never a reason to sign anyone out. */
export class RenewalPendingError extends CotterError {
  readonly code = 'renewal_pending';

  /** @param retryAfterSeconds - When asking again is worthwhile. */
  constructor(
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super('The token is being renewed. Try again in a moment.', options);
  }
}
