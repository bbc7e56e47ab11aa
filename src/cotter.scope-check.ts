import { Scope, type OnModuleInit } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

import { CotterOptions } from './cotter.options.js';
import { cotterToken } from './cotter.tokens.js';
import { CotterConfigurationError } from './errors/configuration.error.js';

/**
 * Refuses options that Nest would make anew for each request, because what their factory injects is request-scoped: the strategy, the key
 * set and the cache of verified tokens would be made anew with them, and the strategy would not even be known when the first request comes.
 *
 * Whatever else an application scopes by request (its controllers, its `UsersRepository`) is no concern of the guard.
 */
export class ScopeCheck implements OnModuleInit {
  /** @param name - Of the module. */
  constructor(
    private readonly modules: ModuleRef,
    private readonly name: string,
  ) {}

  onModuleInit(): void {
    if (this.modules.introspect(cotterToken(CotterOptions, this.name) as string).scope === Scope.DEFAULT) return;
    throw new CotterConfigurationError(
      'inject',
      `must not name request-scoped or transient providers: the options of the module "${this.name}" are made once`,
    );
  }
}
