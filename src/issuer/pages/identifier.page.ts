import type { RedirectUrl } from '../../identifiers/redirect-url.js';
import { html, type Html } from '../../http/html.js';
import { layout } from './layout.js';
import { returnNote } from './return-note.js';

/** What the page for the identifier shows. */
export interface IdentifierPageOptions {
  readonly clientName: string | null;
  readonly type: 'EMAIL' | 'PHONE';
  readonly authMethod: 'OTP' | 'MAGIC_LINK';
  /** What stands in the field already. */
  readonly typed: string;
  /** Whether `typed` was refused. */
  readonly isRefused: boolean;
  readonly cancelUrl: string;
  readonly redirectUrl: RedirectUrl;
}

/** What the field for each kind of identifier is called, and looks like. */
export const IDENTIFIER_TEXTS = {
  EMAIL: {
    label: 'E-mail address',
    hint: {
      OTP: 'We send you a 6-digit code. No password.',
      MAGIC_LINK: 'We send you a link to sign in with. No password.',
    },
    error: 'Enter one e-mail address, such as name@example.com.',
    // `type` brings the right keyboard on phones; the form checks nothing by itself, so that errors look the same everywhere.
    field: html`type="email" inputmode="email" autocomplete="email"`,
  },
  PHONE: {
    label: 'Phone number',
    hint: {
      OTP: 'Start with + and the country code. We text you a 6-digit code.',
      MAGIC_LINK: 'Start with + and the country code. We text you a link to sign in with.',
    },
    error: 'Enter the number with + and the country code, such as +49 1512 3456789.',
    field: html`type="tel" inputmode="tel" autocomplete="tel"`,
  },
};

/** Asks for the e-mail address or phone number. */
export function identifierPage(options: IdentifierPageOptions): Html {
  const { clientName, type, authMethod, typed, isRefused, cancelUrl, redirectUrl } = options;
  const { label, hint, error, field } = IDENTIFIER_TEXTS[type];
  const heading = clientName === null ? 'Sign in' : `Sign in to ${clientName}`;
  return layout({
    title: `${isRefused ? 'Error: ' : ''}${heading}`,
    depth: 0,
    footer: returnNote(redirectUrl, cancelUrl),
    body: html`<h1>${heading}</h1>
      <form method="post" novalidate>
        <label for="identifier">${label}</label>
        <p class="hint" id="identifier-hint">${hint[authMethod]}</p>
        ${isRefused && html`<p class="error" id="identifier-error" role="alert">${error}</p>`}
        <input
          id="identifier"
          name="identifier"
          ${field}
          value="${typed}"
          maxlength="400"
          autocapitalize="none"
          spellcheck="false"
          required
          autofocus
          aria-describedby="${isRefused ? 'identifier-error identifier-hint' : 'identifier-hint'}"
          ${isRefused && html`aria-invalid="true"`}
        />
        <button type="submit">Send me a ${authMethod === 'MAGIC_LINK' ? 'link' : 'code'}</button>
      </form>`,
  });
}
