import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';

import { InsufficientAuthenticationError, InsufficientScopeError } from '../errors/access.errors.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import { AUTH_METHODS } from './decorators/auth-methods.decorator.js';
import { OPTIONAL_AUTH } from './decorators/optional-auth.decorator.js';
import { PUBLIC } from './decorators/public.decorator.js';
import { REQUIRE_FRESH } from './decorators/require-fresh.decorator.js';
import { SCOPES } from './decorators/scopes.decorator.js';

/** What the decorators of a handler ask for. */
export interface Requirements {
  /** `public`: nobody is asked; `optional`: whoever brings a credential is. */
  readonly access: 'guarded' | 'optional' | 'public';
  readonly scopes: readonly string[];
  /** `undefined` where any will do. */
  readonly authMethods: readonly string[] | undefined;
  /** How old the sign-in may be. */
  readonly maxAgeSeconds: number | undefined;
}

/** Reads the decorators of each handler once: metadata never changes, and looking it up costs more than a verified token does. */
export class RouteRequirements {
  readonly #byClass = new WeakMap<object, WeakMap<object, Requirements>>();

  /** @param name - Of the module whose guard asks. */
  constructor(
    private readonly reflector: Reflector,
    private readonly name: string,
  ) {}

  of(context: ExecutionContext): Requirements {
    const [controller, handler] = [context.getClass(), context.getHandler()];
    let byHandler = this.#byClass.get(controller);
    if (byHandler === undefined) this.#byClass.set(controller, (byHandler = new WeakMap()));
    let requirements = byHandler.get(handler);
    if (requirements === undefined) byHandler.set(handler, (requirements = this.#read(context)));
    return requirements;
  }

  #read(context: ExecutionContext): Requirements {
    const places = [context.getHandler(), context.getClass()];
    return {
      access: accessOf(context, this.reflector, this.name),
      scopes: this.reflector.getAllAndOverride<string[] | undefined>(SCOPES, places) ?? [],
      authMethods: this.reflector.getAllAndOverride<string[] | undefined>(AUTH_METHODS, places),
      maxAgeSeconds: this.reflector.getAllAndOverride<number | undefined>(REQUIRE_FRESH, places),
    };
  }
}

/**
 * Who may pass: what stands on the handler, else what stands on the class.
 *
 * @param name - Of the module whose guard asks; without it, only what concerns every module counts.
 */
export function accessOf(context: ExecutionContext, reflector: Reflector, name = ''): Requirements['access'] {
  for (const place of [context.getHandler(), context.getClass()]) {
    const concerns = (key: string): boolean => {
      const names = reflector.get<string[] | undefined>(key, place);
      return names !== undefined && (names.length === 0 || names.includes(name));
    };
    if (concerns(PUBLIC)) return 'public';
    if (concerns(OPTIONAL_AUTH)) return 'optional';
  }
  return 'guarded';
}

/**
 * Holds a good token's principal against what the handler asks for.
 *
 * @param clock - Knows whether a sign-in is no older than so many seconds.
 * @throws {@link InsufficientScopeError} (`insufficient_scope`), {@link InsufficientAuthenticationError}
 *   (`insufficient_user_authentication`), which names all that would do, so that one more sign-in is enough.
 */
export function assertMeets(
  principal: CotterPrincipal,
  { scopes, authMethods, maxAgeSeconds }: Requirements,
  clock: { isFresh(principal: CotterPrincipal, maxAgeSeconds: number): boolean },
): void {
  if (!scopes.every((scope) => principal.scopes.includes(scope))) throw new InsufficientScopeError(scopes);
  const { authenticationMethod: method } = principal;
  const isStrong = authMethods === undefined || (method !== null && authMethods.includes(method));
  if (isStrong && (maxAgeSeconds === undefined || clock.isFresh(principal, maxAgeSeconds))) return;
  throw new InsufficientAuthenticationError(authMethods ?? [], maxAgeSeconds);
}
