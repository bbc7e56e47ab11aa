import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

import { BodyTooLargeError, UnsupportedBodyError } from '../errors/request.errors.js';
import { headerValuesOf, type PlatformRequest } from './platform.js';

/** Bodies of this package's routes are larger than this by nobody's honest wish. */
export const MAX_BODY_BYTES = 64 * 1024;

const JSON_MEDIA_TYPE = /^application\/json(?:\s*;\s*charset\s*=\s*"?utf-8"?)?\s*;?\s*$/i;

/**
 * Lets through requests with a JSON body of a decent size. The host application's parsers may accept more (forms, plain text, a
 * megabyte), and a form is what another site's page can post without asking.
 *
 * @throws {@link UnsupportedBodyError} (`unsupported_media_type`), {@link BodyTooLargeError} (`body_too_large`)
 */
@Injectable()
export class JsonBodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<PlatformRequest & { readonly body?: unknown }>();
    const [mediaType, ...others] = headerValuesOf(request, 'content-type');
    if (mediaType === undefined || others.length > 0 || !JSON_MEDIA_TYPE.test(mediaType))
      throw new UnsupportedBodyError();
    if (sizeOf(request) > MAX_BODY_BYTES) throw new BodyTooLargeError(MAX_BODY_BYTES);
    return true;
  }
}

/** A chunked body has no `Content-Length`; what was parsed from it tells its size. */
function sizeOf(request: PlatformRequest & { readonly body?: unknown }): number {
  const [declared] = headerValuesOf(request, 'content-length');
  if (declared !== undefined) return Number(declared);
  try {
    return Buffer.byteLength(JSON.stringify(request.body ?? null));
  } catch {
    // Nested deeper than the stack: JSON.parse reads what JSON.stringify cannot write.
    return Infinity;
  }
}
