import { headerValuesOf, type HeaderCarrier } from './platform.js';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Whether a request may change something, as far as its method tells; what has no method (a WebSocket's handshake) may. */
export function isUnsafe(carrier: HeaderCarrier): boolean {
  return !SAFE.has(methodOf(carrier));
}

function methodOf(carrier: HeaderCarrier): string {
  const { method } = 'raw' in carrier ? carrier.raw : (carrier as { readonly method?: string | undefined });
  return method ?? '';
}

/**
 * Whether a page of this very origin has sent a request: the browser says so in `Sec-Fetch-Site`, or names the origin. What says nothing was
 * not sent by a browser of our days, and is not taken for one.
 *
 * @see {@link https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header | Fetch Metadata}
 */
export function isSameOrigin(carrier: HeaderCarrier, origin: string): boolean {
  const site = headerValuesOf(carrier, 'sec-fetch-site');
  if (site.length === 1) return site[0] === 'same-origin';
  const origins = headerValuesOf(carrier, 'origin');
  return site.length === 0 && origins.length === 1 && origins[0] === origin;
}

/** Whether a page of an origin that is none of these has sent a request. One without an `Origin` is no page's. */
export function isForeignOrigin(carrier: HeaderCarrier, origins: ReadonlySet<string>): boolean {
  return headerValuesOf(carrier, 'origin').some((origin) => !origins.has(origin));
}
