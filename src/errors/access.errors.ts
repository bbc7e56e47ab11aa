import { CotterError } from './cotter.error.js';

/** A guarded route was called without any credential. */
export class MissingCredentialsError extends CotterError {
  readonly code = 'missing_credentials';

  constructor() {
    super('This resource needs an access token.');
  }
}

/** The request carries its credential in a way that no server should guess about, such as two `Authorization` fields. */
export class InvalidCredentialsRequestError extends CotterError {
  readonly code = 'invalid_request';
}

/**
 * The token is good, and a scope is missing.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 | RFC 6750, 3.1}: `insufficient_scope`
 */
export class InsufficientScopeError extends CotterError {
  readonly code = 'insufficient_scope';

  constructor(readonly requiredScopes: readonly string[]) {
    super('The access token lacks a scope that this resource needs.');
  }
}

/**
 * The token is good, and the sign-in behind it is too weak or too old for this resource.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9470#section-3 | RFC 9470, 3}: `insufficient_user_authentication`
 */
export class InsufficientAuthenticationError extends CotterError {
  readonly code = 'insufficient_user_authentication';

  /**
   * @param acceptedMethods - What `@AuthMethods()` asks for; empty where any method will do.
   * @param maxAgeSeconds - What `@RequireFresh()` asks for; `null` where any age will do.
   */
  constructor(
    readonly acceptedMethods: readonly string[],
    readonly maxAgeSeconds: number | null = null,
  ) {
    super(
      acceptedMethods.length === 0
        ? 'This resource needs a more recent sign-in.'
        : maxAgeSeconds === null
          ? 'This resource needs a sign-in by another method.'
          : 'This resource needs a recent sign-in by one of certain methods.',
    );
  }
}

/** A good token whose person has no account here. */
export class NotRegisteredError extends CotterError {
  readonly code = 'not_registered';

  constructor() {
    super('Nobody is registered here under this identity. Log in first.');
  }
}
