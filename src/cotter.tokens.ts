import type { Abstract, InjectionToken, Type } from '@nestjs/common';

/** The name of a `CotterModule` that was given none. */
export const DEFAULT_NAME = 'cotter';

/**
 * The token of a part of the `CotterModule` that has this name; two modules in one application never hand out each other's parts. The
 * parts of the default module are injected by their classes as well.
 *
 * @example
 * ```ts
 * constructor(@Inject(cotterToken(RefreshService, 'partners')) private readonly refreshes: RefreshService) {}
 * ```
 */
export function cotterToken<T>(part: Type<T> | Abstract<T>, name: string = DEFAULT_NAME): InjectionToken<T> {
  return `nestjs-cotter:${name}:${part.name}`;
}
