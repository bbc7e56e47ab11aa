import { CotterError } from './cotter.error.js';

/** The cookie names a session that is over, or never was: expired, unused for too long, signed out, or made up. */
export class SessionEndedError extends CotterError {
  readonly code = 'session_ended';

  constructor(options?: ErrorOptions) {
    super('The session is over. Sign in again.', options);
  }
}

/**
 * A request by cookie that another site may have made the browser send.
 *
 * @see {@link https://owasp.org/www-community/attacks/csrf | OWASP, Cross-Site Request Forgery}
 */
export class CrossSiteRequestError extends CotterError {
  readonly code = 'cross_site_request';
}

/** The issuer's tokens do not fit into a cookie, of which browsers keep 4,096 bytes. */
export class SessionTooLargeError extends CotterError {
  readonly code = 'session_too_large';

  constructor() {
    super("The issuer's tokens are too large for a cookie. Keep them on the server, by session mode 'server'.");
  }
}

/** Somebody who is signed in has no session of this handle. */
export class SessionNotFoundError extends CotterError {
  readonly code = 'session_not_found';

  constructor() {
    super('You have no session of this handle.');
  }
}
