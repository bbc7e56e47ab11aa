import { CotterError } from './cotter.error.js';

/** The body is JSON of the wrong shape. Names members and what they must be, never what was sent. */
export class InvalidBodyError extends CotterError {
  readonly code = 'invalid_body';

  /** @param problems - One entry a member: `oauth_token.access_token must be a non-empty string`. */
  constructor(readonly problems: readonly string[]) {
    super(`The body has the wrong shape: ${problems.join('; ')}.`);
  }
}

/** The body is not JSON in UTF-8. */
export class UnsupportedBodyError extends CotterError {
  readonly code = 'unsupported_media_type';

  constructor() {
    super('Send the body as application/json in UTF-8.');
  }
}

/** The body is larger than this route reads. */
export class BodyTooLargeError extends CotterError {
  readonly code = 'body_too_large';

  constructor(readonly limitBytes: number) {
    super(`The body is larger than ${String(limitBytes)} bytes.`);
  }
}
