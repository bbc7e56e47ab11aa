import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';
import { createSecret, hashSecret } from '../secrets.js';

const LIFETIME_SECONDS = 24 * 60 * 60;
const VALUE = /^[\w-]{43}$/;

/** A browser, told apart from others for the sake of limits alone. */
export interface BrowserCookie {
  /** SHA-256 of what the cookie holds, in hexadecimal. */
  readonly hash: string;
  /** The header field that keeps it. */
  readonly header: { readonly 'Set-Cookie': string };
}

/**
 * The browser that a request comes from; one that has no cookie yet gets one. It signs nobody in, and whoever throws it away is still
 * counted by address.
 *
 * @param isSecure - Whether browsers reach the issuer by `https:`.
 */
export function browserCookieOf(request: PlatformRequest, isSecure: boolean): BrowserCookie {
  const name = isSecure ? '__Host-cotter_browser' : 'cotter_browser';
  const pairs = headerValuesOf(request, 'cookie').flatMap((header) => header.split(';'));
  const sent = pairs.map((pair) => pair.trim().split('=', 2)).find(([key]) => key === name)?.[1] ?? '';
  const value = VALUE.test(sent) ? sent : createSecret();
  const attributes = `Path=/; HttpOnly; SameSite=Lax; Max-Age=${String(LIFETIME_SECONDS)}${isSecure ? '; Secure' : ''}`;
  return { hash: hashSecret(value), header: { 'Set-Cookie': `${name}=${value}; ${attributes}` } };
}
