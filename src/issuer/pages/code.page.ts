import { parseRedirectUrl } from '../../identifiers/redirect-url.js';
import { wrongCodeText } from '../challenges/challenge-texts.js';
import type { Challenge } from '../challenges/challenge.entity.js';
import { html, type Html } from '../../http/html.js';
import { layout } from './layout.js';
import { returnNote } from './return-note.js';

/** What the page for the code shows. */
export interface CodePageOptions {
  readonly clientName: string | null;
  readonly challenge: Pick<Challenge, 'identifier' | 'identifierType' | 'redirectUrl'>;
  readonly handle: string;
  /** After a wrong code; `null` before the first. */
  readonly triesLeft: number | null;
  readonly startUrl: string;
  readonly cancelUrl: string;
}

/** Asks for the code. */
export function codePage(options: CodePageOptions): Html {
  const { clientName, challenge, handle, triesLeft, startUrl, cancelUrl } = options;
  const isEmail = challenge.identifierType === 'EMAIL';
  const heading = isEmail ? 'Check your e-mail' : 'Check your phone';
  const isWrong = triesLeft !== null;
  return layout({
    title: `${isWrong ? 'Error: ' : ''}${heading}${clientName === null ? '' : ` - ${clientName}`}`,
    depth: 1,
    footer: returnNote(parseRedirectUrl(challenge.redirectUrl), cancelUrl),
    body: html`<h1>${heading}</h1>
      <p class="lead">We sent a code to <b class="identifier">${challenge.identifier}</b></p>
      <form method="post" novalidate>
        <label for="code">6-digit code</label>
        <p class="hint" id="code-hint">It works for 5 minutes.</p>
        ${isWrong && html`<p class="error" id="code-error" role="alert">${wrongCodeText(triesLeft)}</p>`}
        <input
          id="code"
          name="code"
          class="code"
          type="text"
          inputmode="numeric"
          autocomplete="one-time-code"
          maxlength="16"
          required
          autofocus
          aria-describedby="${isWrong ? 'code-error code-hint' : 'code-hint'}"
          ${isWrong && html`aria-invalid="true"`}
        />
        <button type="submit">Sign in</button>
      </form>
      <p class="links">
        <a href="resend?handle=${handle}">Send a new code</a>
        <a href="${startUrl}">Use another ${isEmail ? 'address' : 'number'}</a>
      </p>`,
  });
}
