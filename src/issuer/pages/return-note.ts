import type { RedirectUrl } from '../../identifiers/redirect-url.js';
import { html, type Html } from '../../http/html.js';

/** Where a person ends up, which they can check before they prove who they are. */
export function targetNote(redirectUrl: RedirectUrl): Html {
  const target =
    redirectUrl.kind === 'app' ? html`the app <b>${redirectUrl.scheme}</b>` : html`<b>${redirectUrl.url.host}</b>`;
  return html`After signing in you return to ${target}.`;
}

/** The same, and the way back there without signing in. */
export function returnNote(redirectUrl: RedirectUrl, cancelUrl: string): Html {
  return html`${targetNote(redirectUrl)}<br /><a href="${cancelUrl}">Cancel and go back</a>`;
}
