import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';

const BEARER = /^Bearer ([\w.-]+)$/i;

/**
 * The token of the `Authorization` header.
 *
 * @returns `null` where there is no such header, and an empty text where it is doubled or holds anything else: that is no proof either.
 */
export function bearerTokenOf(request: PlatformRequest): string | null {
  const [authorization, ...others] = headerValuesOf(request, 'authorization');
  if (authorization === undefined) return null;
  return others.length === 0 ? (BEARER.exec(authorization)?.[1] ?? '') : '';
}
