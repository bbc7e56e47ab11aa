import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** Metadata key of {@link Scopes}. */
export const SCOPES = 'nestjs-cotter:scopes';

/**
 * Asks for all of these scopes; a token that lacks one is answered 403 `insufficient_scope`. On a handler it replaces what stands on
 * the controller.
 */
export const Scopes = (...scopes: string[]): CustomDecorator => SetMetadata(SCOPES, scopes);
