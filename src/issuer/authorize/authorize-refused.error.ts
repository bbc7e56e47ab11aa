import { CotterError } from '../../errors/cotter.error.js';

/**
 * An authorize request that nobody may be sent back from: where it came from is not known to be good, so the person stays here and
 * reads why.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 | RFC 6749, 4.1.2.1}: never redirect to an invalid URL
 */
export class AuthorizeRefusedError extends CotterError {
  readonly code = 'invalid_authorize_request';

  /** @param parameter - The one that is wrong. */
  constructor(
    readonly parameter: string,
    detail: string,
  ) {
    super(detail);
  }
}
