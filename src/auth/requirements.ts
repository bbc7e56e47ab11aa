import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';

import { AUTH_METHODS } from './decorators/auth-methods.decorator.js';
import { PUBLIC } from './decorators/public.decorator.js';
import { SCOPES } from './decorators/scopes.decorator.js';

/** What the decorators of a route ask for. */
export interface Requirements {
  /** Names of the modules that the route is open to; empty for all, `undefined` where it is guarded. */
  readonly publicTo: readonly string[] | undefined;
  readonly scopes: readonly string[];
  readonly authMethods: readonly string[] | undefined;
}

/** Reads the decorators of each route once: metadata never changes, and looking it up costs more than a verified token does. */
export class RouteRequirements {
  readonly #byClass = new WeakMap<object, WeakMap<object, Requirements>>();

  constructor(private readonly reflector: Reflector) {}

  of(context: ExecutionContext): Requirements {
    const [controller, handler] = [context.getClass(), context.getHandler()];
    let byHandler = this.#byClass.get(controller);
    if (byHandler === undefined) this.#byClass.set(controller, (byHandler = new WeakMap()));
    let requirements = byHandler.get(handler);
    if (requirements === undefined) byHandler.set(handler, (requirements = this.#read(context)));
    return requirements;
  }

  #read(context: ExecutionContext): Requirements {
    const read = (key: string): string[] | undefined =>
      this.reflector.getAllAndOverride<string[] | undefined>(key, [context.getHandler(), context.getClass()]);
    return { publicTo: read(PUBLIC), scopes: read(SCOPES) ?? [], authMethods: read(AUTH_METHODS) };
  }
}
