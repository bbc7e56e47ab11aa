import { CotterError } from '../../errors/cotter.error.js';

/** Cotter had it, and this issuer has not. */
export class NotOfferedError extends CotterError {
  readonly code = 'not_offered';

  /** @param what - In the plural. */
  constructor(what: string) {
    super(`${what} are not offered by this issuer`);
  }
}
