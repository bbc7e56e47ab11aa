import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** Metadata key of {@link AuthMethods}. */
export const AUTH_METHODS = 'nestjs-cotter:auth-methods';

/**
 * Asks for a sign-in by one of these methods, such as `WEBAUTHN` or `TRUSTED_DEVICE`; any other is answered 401
 * `insufficient_user_authentication`. On a handler it replaces what stands on the controller.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9470 | RFC 9470}
 */
export const AuthMethods = (...methods: string[]): CustomDecorator => SetMetadata(AUTH_METHODS, methods);
