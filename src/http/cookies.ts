import { rawHeadersOf, type HeaderCarrier } from './platform.js';

const COOKIE = 'cookie';
/** What stands around a name and a value in the field: RFC 6265, 4.2.1. */
const SEMICOLON = 0x3b;
const SPACE = 0x20;

/**
 * Reads all values that a request has for a cookie, as they were sent. A browser may send several of one name, set for different paths or
 * hosts, and nobody can tell which is whose.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6265#section-5.4 | RFC 6265, 5.4}
 */
export function cookieReader(name: string): (carrier: HeaderCarrier) => string[] {
  const start = `${name}=`;
  return (carrier) => {
    const values: string[] = [];
    const rawHeaders = rawHeadersOf(carrier);
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const field = rawHeaders[index];
      if (field?.length === COOKIE.length && field.toLowerCase() === COOKIE) {
        collectValues(rawHeaders[index + 1] ?? '', start, values);
      }
    }
    return values;
  };
}

/** The same, where the name is known by the request alone. */
export function cookieValuesOf(carrier: HeaderCarrier, name: string): string[] {
  return cookieReader(name)(carrier);
}

/** Names of the cookies of a request. */
export function cookieNamesOf(carrier: HeaderCarrier): string[] {
  const rawHeaders = rawHeadersOf(carrier);
  return rawHeaders
    .filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === COOKIE)
    .flatMap((field) => field.split(';').map((pair) => (pair.split('=', 1)[0] ?? '').trim()));
}

function collectValues(field: string, start: string, values: string[]): void {
  for (let at = field.indexOf(start); at >= 0; at = field.indexOf(start, at + 1)) {
    if (!startsPair(field, at)) continue;
    const end = field.indexOf(';', at);
    values.push(field.slice(at + start.length, end < 0 ? undefined : end).trimEnd());
  }
}

/** Whether a name stands there, and not the end of a longer one, or a part of somebody's value. */
function startsPair(field: string, at: number): boolean {
  let before = at - 1;
  while (field.charCodeAt(before) === SPACE) before--;
  return before < 0 || field.charCodeAt(before) === SEMICOLON;
}

/** How long a browser keeps a cookie, and where it may travel. */
export interface CookieAttributes {
  readonly maxAgeSeconds: number;
  /** Never in clear. */
  readonly secure: boolean;
  /** What it is sent to, and to all beneath. @defaultValue `/` */
  readonly path?: string;
  /**
   * Whether pages of other sites have it sent with their own requests, each site a cookie of its own; takes {@link secure}.
   *
   * @see {@link https://datatracker.ietf.org/doc/draft-cutler-httpbis-partitioned-cookies/ | Partitioned cookies (CHIPS)}
   * @defaultValue false
   */
  readonly crossSite?: boolean;
}

/**
 * A `Set-Cookie` field for this host alone, out of the reach of scripts, and not sent by other sites' forms unless it is to cross sites.
 *
 * @param value - Of characters that need no quoting, such as base64url.
 */
export function serializeCookie(name: string, value: string, attributes: CookieAttributes): string {
  const { maxAgeSeconds, secure, path = '/', crossSite = false } = attributes;
  const end = maxAgeSeconds > 0 ? '' : '; Expires=Thu, 01 Jan 1970 00:00:00 GMT';
  const reach = `${crossSite ? 'None' : 'Lax'}${secure ? '; Secure' : ''}${crossSite ? '; Partitioned' : ''}`;
  return `${name}=${value}; Max-Age=${String(maxAgeSeconds)}${end}; Path=${path}; HttpOnly; SameSite=${reach}`;
}
