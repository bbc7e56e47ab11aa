import type { RedirectUrl } from '../../identifiers/redirect-url.js';

const PORT_OF_LOOPBACK = /^(http:\/\/(?:\[[^\]]*\]|[^/:?#]+))(?::\d*)?/;

/**
 * Whether a code may be sent to a URL: it stands in the list, character by character. On the person's own machine an app takes
 * whichever port is free, so there the port alone is not compared.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.1.3 | RFC 9700, 4.1.3}: exact matching
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.3 | RFC 8252, 7.3}: any port on loopback
 */
export function isAllowedRedirect(redirect: RedirectUrl, allowed: readonly RedirectUrl[]): boolean {
  return allowed.some((entry) => entry.text === redirect.text || isSameButForPort(redirect, entry));
}

function isSameButForPort(redirect: RedirectUrl, entry: RedirectUrl): boolean {
  if (redirect.kind !== 'loopback' || entry.kind !== 'loopback' || redirect.url.protocol !== 'http:') return false;
  return withoutPort(redirect.text) === withoutPort(entry.text);
}

/** The text without its port. A URL that ends with its host is the root of that host. */
function withoutPort(text: string): string {
  const host = PORT_OF_LOOPBACK.exec(text);
  if (host === null) return text;
  const rest = text.slice(host[0].length);
  return `${host[1] ?? ''}${rest === '' ? '/' : rest}`;
}
