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

interface AuthenticatedRequest {
  readonly user?: CotterPrincipal;
}

const RequestParam = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<AuthenticatedRequest>(),
);

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
export const CurrentAccount = (name: string = DEFAULT_NAME): ParameterDecorator => RequestParam(createPipe(name));

function createPipe(name: string): Type<PipeTransform> {
  @Injectable()
  class CurrentAccountPipe implements PipeTransform<AuthenticatedRequest, Promise<CotterAccount>> {
    constructor(@Inject(cotterToken(AccountLoader, name)) private readonly accounts: AccountLoader) {}

    transform(request: AuthenticatedRequest): Promise<CotterAccount> {
      if (request.user === undefined) throw new MissingCredentialsError();
      return this.accounts.load(request, request.user);
    }
  }
  return CurrentAccountPipe;
}
