import { Inject, Injectable } from '@nestjs/common';

import type { CotterPrincipal } from '../tokens/principal.js';
import type { CotterAccount } from './account.js';
import { UsersService } from './users.service.js';

/** Reads the caller's account once a request, however many decorators, guards and pipes ask for it. */
@Injectable()
export class AccountLoader {
  readonly #accounts = new WeakMap<object, Promise<CotterAccount>>();

  constructor(@Inject(UsersService) private readonly users: UsersService) {}

  /** @throws {@link NotRegisteredError} (`not_registered`) where the person never logged in here. */
  load(request: object, principal: CotterPrincipal): Promise<CotterAccount> {
    const account = this.#accounts.get(request) ?? this.users.getByPrincipal(principal);
    this.#accounts.set(request, account);
    return account;
  }
}
