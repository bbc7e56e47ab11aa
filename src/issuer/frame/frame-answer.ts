import type { Html } from '../../http/html.js';
import type { PageAnswer } from '../pages/page-answer.js';

/**
 * An answer that pages of one origin may embed, and nobody else. It runs the issuer's own scripts, none of them inline, and talks to the
 * issuer alone. What every answer says stays as it is (kept nowhere, no referrer), but for `X-Frame-Options`, which cannot name an
 * origin and is left out at these paths.
 *
 * @param origin - Of a checked {@link FrameParent}.
 * @see {@link https://www.w3.org/TR/CSP3/#directive-frame-ancestors | CSP 3, frame-ancestors}
 */
export function frameAnswer(status: number, page: Html, origin: string): PageAnswer {
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; " +
      `base-uri 'none'; frame-ancestors ${origin}`,
  };
  return { status, headers, body: page.text };
}
