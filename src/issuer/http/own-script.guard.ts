import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

import type { PlatformRequest } from '../../http/platform.js';
import { isFromOwnPage } from './own-page.js';

/** Lets through what the scripts of the issuer's own pages ask. Stands in front of {@link JsonBodyGuard}: they speak JSON. */
@Injectable()
export class OwnScriptGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (!isFromOwnPage(context.switchToHttp().getRequest<PlatformRequest>())) throw new ForbiddenException();
    return true;
  }
}
