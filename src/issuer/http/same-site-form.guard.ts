import { ForbiddenException, Injectable, UnsupportedMediaTypeException } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';

import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';

const FORM_MEDIA_TYPE = /^application\/x-www-form-urlencoded(?:\s*;|$)/i;

/**
 * Lets through forms that the issuer's own pages post. Browsers say where a request comes from, and only they can be made to send one
 * that their user did not mean; a client that says nothing is no browser.
 *
 * @see {@link https://www.w3.org/TR/fetch-metadata/ | Fetch Metadata}
 */
@Injectable()
export class SameSiteFormGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<PlatformRequest & { readonly method: string }>();
    if (request.method !== 'POST') return true;
    if (!isSameOrigin(request)) throw new ForbiddenException();
    const [mediaType = ''] = headerValuesOf(request, 'content-type');
    if (!FORM_MEDIA_TYPE.test(mediaType)) throw new UnsupportedMediaTypeException();
    return true;
  }
}

function isSameOrigin(request: PlatformRequest): boolean {
  const [site] = headerValuesOf(request, 'sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const [origin] = headerValuesOf(request, 'origin');
  if (origin === undefined) return true;
  const [host] = headerValuesOf(request, 'host');
  // By the host alone: behind a proxy that speaks TLS, the issuer does not know its own scheme.
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
