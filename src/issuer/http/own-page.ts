import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';

/**
 * Whether a page of the issuer itself has sent a request, as far as browsers tell; only they can be made to send one that their user did
 * not mean, and a client that says nothing is no browser.
 *
 * @see {@link https://www.w3.org/TR/fetch-metadata/ | Fetch Metadata}
 */
export function isFromOwnPage(request: PlatformRequest): boolean {
  const [site] = headerValuesOf(request, 'sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  const [origin] = headerValuesOf(request, 'origin');
  if (origin === undefined) return true;
  const [host] = headerValuesOf(request, 'host');
  // By the host alone: behind a proxy that speaks TLS, the issuer does not know its own scheme.
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
