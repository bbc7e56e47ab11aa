import { InvalidRedirectUrlError } from '../errors/identifier.errors.js';
import { isLoopbackHost } from './loopback.js';

const SCHEME = /^([a-z][a-z0-9.+-]*):/;
const FORBIDDEN_SCHEMES = new Set([
  'javascript',
  'data',
  'file',
  'blob',
  'about',
  'vbscript',
  'view-source',
  'ws',
  'wss',
  'ftp',
]);
const MAX_LENGTH = 2048;
/** A URL is printable ASCII, and a `Location` field holds nothing else; about backslashes, parsers disagree. */
const PRINTABLE = /^[!-[\]-~]+$/;

/**
 * What a redirect URL is: a page (`https`, or `http` on this machine), or an app that registered a scheme of its own with the
 * operating system (`yourapp://`, `com.example.app:path`).
 */
export type RedirectUrl =
  | { readonly kind: 'web' | 'loopback'; readonly text: string; readonly url: URL }
  | { readonly kind: 'app'; readonly text: string; readonly scheme: string };

/**
 * Reads a redirect URL, and keeps its spelling: the exchange compares it character by character.
 *
 * @throws {@link InvalidRedirectUrlError} (`invalid_redirect_url`) for everything that a code must not be sent to.
 * @see Cotter's guide for mobile apps, step 2: no underscore or special character in the scheme
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7 | RFC 8252, 7}
 */
export function parseRedirectUrl(text: string): RedirectUrl {
  if (text.length > MAX_LENGTH || !PRINTABLE.test(text)) {
    throw new InvalidRedirectUrlError(
      'The redirect URL is too long, or holds a backslash or something else than printable ASCII characters.',
    );
  }
  const scheme = SCHEME.exec(text)?.[1];
  if (scheme === undefined || FORBIDDEN_SCHEMES.has(scheme)) {
    throw new InvalidRedirectUrlError(
      'The redirect URL must start with https:, with http: on a loopback host, or with the scheme of an app: a lower-case letter, ' +
        'then lower-case letters, digits, dots, plus signs and hyphens.',
    );
  }
  if (text.includes('#')) throw new InvalidRedirectUrlError('The redirect URL must not have a fragment.');
  return scheme === 'http' || scheme === 'https' ? parseWebUrl(text) : { kind: 'app', text, scheme };
}

/** Adds query parameters to a redirect URL without touching what is there: `yourapp://` becomes `yourapp://?code=...`. */
export function withQuery(redirectUrl: string, parameters: Readonly<Record<string, string>>): string {
  return `${redirectUrl}${redirectUrl.includes('?') ? '&' : '?'}${new URLSearchParams(parameters).toString()}`;
}

function parseWebUrl(text: string): RedirectUrl {
  const url = /^https?:\/\/[^/]/.test(text) && URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw new InvalidRedirectUrlError('The redirect URL is not a URL.');
  // By the text: an empty user name leaves no trace in the parsed URL.
  if (/^[^/?#]*@/.test(text.slice(`${url.protocol}//`.length))) {
    throw new InvalidRedirectUrlError('The redirect URL must not carry a user name or password.');
  }
  if (isLoopbackHost(url.hostname)) return { kind: 'loopback', text, url };
  if (url.protocol === 'http:') {
    throw new InvalidRedirectUrlError('A redirect URL with http: must be on a loopback host.');
  }
  return { kind: 'web', text, url };
}
