import type { RedirectUrl } from '../../identifiers/redirect-url.js';
import type { Html } from '../../http/html.js';

/** An answer to a browser, ready to go out. */
export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const NAMEABLE_ORIGIN = /^https?:\/\/[a-z0-9.-]+(:\d+)?$/;

/** Whether a CSP can name an origin as a source: no IPv6 address, no exotic host. */
export function isNameableOrigin(origin: string): boolean {
  return NAMEABLE_ORIGIN.test(origin);
}

/** @param redirect - Where the forms of the page may end up in the end. */
export function pageAnswer(status: number, page: Html, redirect?: RedirectUrl): PageAnswer {
  return { status, headers: pageHeaders(redirect), body: page.text };
}

/**
 * Sends the browser on, by GET whatever it came with.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.12 | RFC 9700, 4.12}: 303, never 307
 */
export function seeOther(url: string): PageAnswer {
  // A header field is ASCII; the rest of the URL has been checked where it was registered.
  const location = url.replace(/[^\x21-\x7e]/gu, encodeURIComponent);
  return { status: 303, headers: { 'Content-Type': 'text/html; charset=utf-8', Location: location }, body: '' };
}

/** The header fields of a page: nothing but the issuer's own style sheet and picture, and no script at all. */
export function pageHeaders(redirect?: RedirectUrl): Record<string, string> {
  // Chromium applies form-action to where a posted form is redirected to as well.
  const formAction = redirect === undefined ? "'self'" : `'self' ${sourceOf(redirect)}`;
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      `default-src 'none'; style-src 'self'; img-src 'self'; form-action ${formAction}; ` +
      "base-uri 'none'; frame-ancestors 'none'",
  };
}

function sourceOf(redirect: RedirectUrl): string {
  if (redirect.kind === 'app') return `${redirect.scheme}:`;
  const { origin, protocol } = redirect.url;
  return isNameableOrigin(origin) ? origin : protocol;
}
