import { CotterError } from './cotter.error.js';

/** An identifier cannot be brought into a normal form: invisible characters, not an address, not a number. */
export class InvalidIdentifierError extends CotterError {
  readonly code = 'invalid_identifier';
}

/** A redirect URL that no authorization server should send a code to. */
export class InvalidRedirectUrlError extends CotterError {
  readonly code = 'invalid_redirect_url';
}
