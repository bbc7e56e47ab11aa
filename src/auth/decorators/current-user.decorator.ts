import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { CotterPrincipal } from '../../tokens/principal.js';
import { principalHolderOf } from '../credential-carrier.js';

/**
 * Injects the {@link CotterPrincipal} of the caller, or one member of it; `undefined` on a public route, and for an anonymous caller where
 * authentication is optional. The same in HTTP, GraphQL, WebSocket and RPC handlers.
 *
 * @example
 * ```ts
 * whoAmI(@CurrentUser() principal: CotterPrincipal, @CurrentUser('subject') subject: string) {}
 * ```
 */
export const CurrentUser: (member?: keyof CotterPrincipal) => ParameterDecorator = createParamDecorator(
  (member: keyof CotterPrincipal | undefined, context: ExecutionContext) => {
    const { user } = principalHolderOf(context);
    return member === undefined ? user : user?.[member];
  },
);
