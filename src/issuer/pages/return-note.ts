import type { RedirectUrl } from '../../identifiers/redirect-url.js';
import { html, type Html } from '../../http/html.js';

/** Where a person ends up, which they can check before they prove who they are; and the way back there without doing so. */
export function returnNote(redirectUrl: RedirectUrl, cancelUrl: string): Html {
  const target =
    redirectUrl.kind === 'app' ? html`the app <b>${redirectUrl.scheme}</b>` : html`<b>${redirectUrl.url.host}</b>`;
  return html`After signing in you return to ${target}.<br /><a href="${cancelUrl}">Cancel and go back</a>`;
}
