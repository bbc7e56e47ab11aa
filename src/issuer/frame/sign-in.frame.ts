import { html, type Html } from '../../http/html.js';
import { IDENTIFIER_TEXTS } from '../pages/identifier.page.js';
import type { FrameRequest } from './frame-request.js';
import { frameLayout } from './frame.layout.js';

/** What the frame for signing in shows. */
export type SignInFrameOptions = Pick<
  FrameRequest,
  'client' | 'origin' | 'id' | 'state' | 'type' | 'authMethod' | 'redirectLink'
>;

/** All that a person sees on the way in, one view at a time: `browser/sign-in.js` shows them. */
export function signInFrame({ client, type, authMethod, redirectLink, ...parent }: SignInFrameOptions): Html {
  const heading = client.name === null ? 'Sign in' : `Sign in to ${client.name}`;
  return frameLayout({
    title: heading,
    parent,
    script: 'frame/browser/sign-in.js',
    data: { type, method: authMethod === 'OTP' ? 'code' : redirectLink ? 'link-to-page' : 'link-to-tab' },
    body: html`<noscript><p class="error">This form needs JavaScript, which is off in this browser.</p></noscript>
      <div data-view="waiting" role="status"><p class="lead" data-waiting></p></div>
      ${identifierView(heading, type, authMethod)} ${codeView(type, authMethod === 'OTP')} ${endViews()}`,
  });
}

function identifierView(heading: string, type: FrameRequest['type'], authMethod: FrameRequest['authMethod']): Html {
  const { label, hint, field } = IDENTIFIER_TEXTS[type];
  return html`<section data-view="identifier" hidden>
    <img class="mark" src="assets/issuer.svg" alt="" width="44" height="44" />
    <h1 tabindex="-1">${heading}</h1>
    <form data-form="identifier" novalidate>
      <label for="identifier">${label}</label>
      <p class="hint" id="identifier-hint">${hint[authMethod]}</p>
      <input
        id="identifier"
        name="identifier"
        ${field}
        maxlength="400"
        autocapitalize="none"
        spellcheck="false"
        required
        aria-describedby="identifier-error identifier-hint"
      />
      <p class="error" id="identifier-error" role="alert"></p>
      <div data-fields></div>
      <button type="submit" data-button-text>Send me a ${authMethod === 'OTP' ? 'code' : 'link'}</button>
    </form>
    <p class="legal" data-legal hidden></p>
  </section>`;
}

/** A link leaves nothing to type. */
function codeView(type: FrameRequest['type'], isCode: boolean): Html {
  const isEmail = type === 'EMAIL';
  return html`<section data-view="code" hidden>
    <h1 tabindex="-1">${isEmail ? 'Check your e-mail' : 'Check your phone'}</h1>
    <p class="lead">We sent a ${isCode ? 'code' : 'link'} to <b class="identifier" data-identifier></b></p>
    ${!isCode && html`<p>Open it, and press the button on its page. It works once, for 5 minutes.</p>`}
    <form data-form="code" novalidate ${!isCode && html`hidden`}>
      <label for="code">6-digit code</label>
      <p class="hint" id="code-hint">It works for 5 minutes.</p>
      <input
        id="code"
        name="code"
        class="code"
        type="text"
        inputmode="numeric"
        autocomplete="one-time-code"
        maxlength="16"
        required
        aria-describedby="code-error code-hint"
      />
      <p class="error" id="code-error" role="alert"></p>
      <button type="submit">Sign in</button>
    </form>
    <p class="links">
      <button type="button" class="link" data-action="resend">Send a new ${isCode ? 'code' : 'link'}</button>
      <button type="button" class="link" data-action="restart">Use another ${isEmail ? 'address' : 'number'}</button>
    </p>
    <p class="unseen" role="status" data-news></p>
  </section>`;
}

function endViews(): Html {
  return html`<section class="end" data-view="done" hidden>
      <svg class="tick" viewBox="0 0 44 44" width="44" height="44" aria-hidden="true">
        <circle cx="22" cy="22" r="22" />
        <path d="M13 22.5 19.5 29 31.5 16" />
      </svg>
      <h1 tabindex="-1">You are signed in</h1>
    </section>
    <section class="end" data-view="failed" hidden>
      <h1 tabindex="-1">You could not be signed in</h1>
      <p class="lead" data-failure></p>
      <button type="button" data-action="restart">Start again</button>
    </section>`;
}
