import { parseRedirectUrl } from '../../identifiers/redirect-url.js';
import { html, type Html } from '../../http/html.js';
import type { CodePageOptions } from './code.page.js';
import { layout } from './layout.js';
import { returnNote } from './return-note.js';

/** Says that a link is on its way. There is nothing to type. */
export function linkSentPage(options: Omit<CodePageOptions, 'triesLeft'>): Html {
  const { clientName, challenge, handle, startUrl, cancelUrl } = options;
  const isEmail = challenge.identifierType === 'EMAIL';
  const heading = isEmail ? 'Check your e-mail' : 'Check your phone';
  return layout({
    title: `${heading}${clientName === null ? '' : ` - ${clientName}`}`,
    depth: 1,
    footer: returnNote(parseRedirectUrl(challenge.redirectUrl), cancelUrl),
    body: html`<h1>${heading}</h1>
      <p class="lead">We sent a link to <b class="identifier">${challenge.identifier}</b></p>
      <p>Open it in this browser, and press the button on its page. It works once, for 5 minutes.</p>
      <p class="links">
        <a href="resend?handle=${handle}">Send a new link</a>
        <a href="${startUrl}">Use another ${isEmail ? 'address' : 'number'}</a>
      </p>`,
  });
}
