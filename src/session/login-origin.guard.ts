import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { CrossSiteRequestError } from '../errors/session.errors.js';
import type { PlatformRequest } from '../http/platform.js';
import { isForeignOrigin } from '../http/same-origin.js';

/**
 * Keeps pages of other sites from signing a person in, into an account that is not theirs, where a cookie would remember it. What is no
 * page's has no `Origin`, and is let through.
 *
 * @throws {@link CrossSiteRequestError} (`cross_site_request`)
 */
@Injectable()
export class LoginOriginGuard implements CanActivate {
  constructor(@Inject(CotterOptions) private readonly options: CotterOptions) {}

  canActivate(context: ExecutionContext): boolean {
    const { session, loginOrigins } = this.options;
    const request = context.switchToHttp().getRequest<PlatformRequest>();
    if (session === null || !isForeignOrigin(request, loginOrigins)) return true;
    throw new CrossSiteRequestError('Pages of this origin may not sign anybody in here.');
  }
}
