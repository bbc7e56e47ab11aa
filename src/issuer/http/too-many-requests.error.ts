import { CotterError } from '../../errors/cotter.error.js';

/** Somebody has asked often enough for now. */
export class TooManyRequestsError extends CotterError {
  readonly code = 'too_many_requests';

  constructor(readonly retryAfterSeconds: number) {
    super('Too many requests: try again later');
  }
}
