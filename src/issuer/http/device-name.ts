import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';

const MAX_LENGTH = 512;

/** What the browser calls itself. */
export function deviceNameOf(request: PlatformRequest): string {
  const [userAgent = ''] = headerValuesOf(request, 'user-agent');
  return userAgent.replace(/\p{C}/gu, ' ').slice(0, MAX_LENGTH);
}
