import { SetMetadata, type CustomDecorator } from '@nestjs/common';

import { parseDurationSeconds, type Duration } from '../duration.js';

/** Metadata key of {@link RequireFresh}; its value is in seconds. */
export const REQUIRE_FRESH = 'nestjs-cotter:require-fresh';

/**
 * Asks for a sign-in that is no older than this; any other is answered 401 `insufficient_user_authentication`, with the age as `max_age`.
 * On a handler it replaces what stands on the controller.
 *
 * The age counts from {@link CotterPrincipal.authenticatedAt}. An issuer whose tokens do not tell it (option `keepsAuthTime`) never has a
 * fresh sign-in to show.
 *
 * @param maxAge - Seconds, or `30s`, `5m`, `1h`.
 * @throws {@link CotterConfigurationError} (`invalid_configuration`) where the class is defined.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9470 | RFC 9470}
 */
export const RequireFresh = (maxAge: Duration): CustomDecorator =>
  SetMetadata(REQUIRE_FRESH, parseDurationSeconds(maxAge, 'RequireFresh'));
