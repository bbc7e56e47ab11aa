import { CotterError } from './cotter.error.js';
import type { InvalidTokenError } from './token.errors.js';

/**
 * A login was tried with a token that is not good. It has the `code` of the verifier's verdict, since both doors give one verdict.
 *
 * @see Cotter's backend guide, "Handling Response": 403 "Invalid access token"
 */
export class LoginTokenRefusedError extends CotterError {
  readonly code: string;

  constructor(verdict: InvalidTokenError, which: 'access' | 'ID') {
    super(`Invalid ${which} token`, { cause: verdict });
    this.code = verdict.code;
  }
}

/** The ID token is good and belongs to someone else than the access token beside it. */
export class IdTokenMismatchError extends CotterError {
  readonly code = 'id_token_mismatch';

  constructor() {
    super('The ID token and the access token do not belong together.');
  }
}

/** The tokens name no identifier, and nobody is known here under their subject. */
export class IdentityMissingError extends CotterError {
  readonly code = 'identity_missing';

  constructor() {
    super('The tokens carry no e-mail address, phone number or user name to register.');
  }
}

/** `strictIdentity` is on, and the body names another person than the token. */
export class IdentityMismatchError extends CotterError {
  readonly code = 'identity_mismatch';

  /** @param members - Paths of the members of the body that disagree, such as `email`. */
  constructor(readonly members: readonly string[]) {
    super(`The body names another identity than the token: ${members.join(', ')}.`);
  }
}

/** The identifier belongs to another account, and may not be linked to it. */
export class IdentifierTakenError extends CotterError {
  readonly code = 'identifier_taken';

  constructor() {
    super('This identifier belongs to another account.');
  }
}

/** The account is disabled ({@link UsersService.disable}), whichever way its person comes. */
export class AccountDisabledError extends CotterError {
  readonly code = 'account_disabled';

  constructor() {
    super('This account is disabled.');
  }
}

/** The application does not want this person as a user: thrown from the `beforeRegister` hook, with a reason that is safe to show. */
export class RegistrationRefusedError extends CotterError {
  readonly code = 'registration_refused';

  constructor(reason = 'Registration is not open to this identity.') {
    super(reason);
  }
}
