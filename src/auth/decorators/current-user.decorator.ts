import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { CotterPrincipal } from '../../tokens/principal.js';

/**
 * Injects the {@link CotterPrincipal} of the caller, or one member of it; `undefined` on a public route.
 *
 * @example
 * ```ts
 * whoAmI(@CurrentUser() principal: CotterPrincipal, @CurrentUser('subject') subject: string) {}
 * ```
 */
export const CurrentUser: (member?: keyof CotterPrincipal) => ParameterDecorator = createParamDecorator(
  (member: keyof CotterPrincipal | undefined, context: ExecutionContext) => {
    const { user } = context.switchToHttp().getRequest<{ user?: CotterPrincipal }>();
    return member === undefined ? user : user?.[member];
  },
);
