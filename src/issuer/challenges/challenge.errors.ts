import { CotterError } from '../../errors/cotter.error.js';

/** Somebody has been sent enough codes for now. */
export class TooManyCodesError extends CotterError {
  readonly code = 'too_many_codes';

  constructor(readonly retryAfterSeconds: number) {
    super('Too many codes were sent to this address.');
  }
}

/** The code could not be handed over, so there is nothing to wait for. */
export class CodeNotSentError extends CotterError {
  readonly code = 'code_not_sent';

  constructor(options: ErrorOptions) {
    super('The code could not be sent.', options);
  }
}
