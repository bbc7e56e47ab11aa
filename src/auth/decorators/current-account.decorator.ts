import {
  createParamDecorator,
  Inject,
  Injectable,
  type ExecutionContext,
  type PipeTransform,
  type Type,
} from '@nestjs/common';

import { cotterToken, DEFAULT_NAME } from '../../cotter.tokens.js';
import { MissingCredentialsError } from '../../errors/access.errors.js';
import type { CotterPrincipal } from '../../tokens/principal.js';
import type { CotterAccount } from '../../users/account.js';
import { AccountLoader } from '../../users/account-loader.js';
import { principalHolderOf } from '../credential-carrier.js';

interface Caller {
  readonly principal: CotterPrincipal | undefined;
  /** What the account is read once for. */
  readonly request: object;
}

const CallerParam = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const holder = principalHolderOf(context);
  // A WebSocket client lives for hours, and its account changes meanwhile.
  return { principal: holder.user, request: context.getType() === 'ws' ? {} : holder };
});

/**
 * Injects the caller's row, of the type of the application's own user entity; it is read once a request, however often it is asked for.
 * A good token whose person never logged in here is answered 403 `not_registered`.
 *
 * @param name - Of the `CotterModule` whose users are meant.
 * @example
 * ```ts
 * orders(@CurrentAccount() account: CotterUser) {}
 * ```
 */
export const CurrentAccount = (name: string = DEFAULT_NAME): ParameterDecorator => CallerParam(createPipe(name));

function createPipe(name: string): Type<PipeTransform> {
  @Injectable()
  class CurrentAccountPipe implements PipeTransform<Caller, Promise<CotterAccount>> {
    constructor(@Inject(cotterToken(AccountLoader, name)) private readonly accounts: AccountLoader) {}

    transform({ principal, request }: Caller): Promise<CotterAccount> {
      if (principal === undefined) throw new MissingCredentialsError();
      return this.accounts.load(request, principal);
    }
  }
  return CurrentAccountPipe;
}
