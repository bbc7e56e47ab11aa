import { ForbiddenException, Injectable, UnsupportedMediaTypeException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';

import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';
import { isFromOwnPage } from './own-page.js';

const FORM_MEDIA_TYPE = /^application\/x-www-form-urlencoded(?:\s*;|$)/i;

/** Lets through forms that the issuer's own pages post. */
@Injectable()
export class SameSiteFormGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<PlatformRequest & { readonly method: string }>();
    if (request.method !== 'POST') return true;
    if (!isFromOwnPage(request)) throw new ForbiddenException();
    const [mediaType = ''] = headerValuesOf(request, 'content-type');
    if (!FORM_MEDIA_TYPE.test(mediaType)) throw new UnsupportedMediaTypeException();
    return true;
  }
}
