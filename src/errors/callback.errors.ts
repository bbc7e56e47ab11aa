import { CotterError } from './cotter.error.js';

/** A sign-in by redirect was asked for in a way that cannot be followed. Names the parameter, never its value. */
export class InvalidSignInRequestError extends CotterError {
  readonly code = 'invalid_sign_in_request';
}

/** What came back from the authorize page cannot be used: not for us, not whole, or not unambiguous. */
export class InvalidCallbackError extends CotterError {
  readonly code = 'invalid_callback';
}

/** The authorize page sent the person back without a code: they, or the issuer, said no. */
export class AuthorizationRefusedError extends CotterError {
  readonly code = 'authorization_refused';

  /** @param reason - What `error` said. For logs only: anyone can put anything into a link. */
  constructor(readonly reason: string) {
    super('The issuer did not sign this person in.');
  }
}

/** The browser that comes back has no cookie of this sign-in that we can open: another browser, a lost cookie, or a link that is made up. */
export class SignInNotFoundError extends CotterError {
  readonly code = 'sign_in_not_found';

  constructor() {
    super('This browser has not begun this sign-in, or does not know of it any more. Sign in again.');
  }
}

/** The person took longer than a sign-in may. */
export class SignInExpiredError extends CotterError {
  readonly code = 'sign_in_expired';

  constructor() {
    super('The sign-in was begun too long ago. Sign in again.');
  }
}

/** The callback was used before: by a reload, or by somebody who has a copy of it. */
export class SignInUsedError extends CotterError {
  readonly code = 'sign_in_used';

  constructor() {
    super('This sign-in was used before. Sign in again.');
  }
}
