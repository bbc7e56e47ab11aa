import { Scope, type Abstract, type OnModuleInit } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';

import { CotterOptions } from './cotter.options.js';
import { cotterToken } from './cotter.tokens.js';
import { CotterConfigurationError } from './errors/configuration.error.js';
import { RevocationStore } from './revocation/revocation.store.js';

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
    this.#assertMadeOnce(CotterOptions, 'inject', 'the options');
    this.#assertMadeOnce(RevocationStore, 'revocationStore', 'the store');
  }

  #assertMadeOnce(part: Abstract<unknown>, option: string, what: string): void {
    if (this.modules.introspect(cotterToken(part, this.name) as string).scope === Scope.DEFAULT) return;
    throw new CotterConfigurationError(
      option,
      `must not name request-scoped or transient providers: ${what} of the module "${this.name}" are made once`,
    );
  }
}
