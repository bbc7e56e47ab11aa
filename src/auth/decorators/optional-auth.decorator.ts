import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** Metadata key of {@link OptionalAuth}; its value lists module names, or is empty for all. */
export const OPTIONAL_AUTH = 'nestjs-cotter:optional-auth';

/**
 * Lets callers without a credential pass, with `@CurrentUser()` undefined. Whoever sends one is held to it: a bad token is refused, so that
 * a client notices, and so is one that fails `@Scopes()`, `@AuthMethods()` or `@RequireFresh()`.
 *
 * `@Public()` does not look at credentials at all. Of the two, the one on the handler wins over the one on the class; side by side,
 * `@Public()` wins.
 *
 * @param names - Optional to the guards of these modules only.
 */
export const OptionalAuth = (...names: string[]): CustomDecorator => SetMetadata(OPTIONAL_AUTH, names);
