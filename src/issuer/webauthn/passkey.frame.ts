import { html, type Html } from '../../http/html.js';
import type { FrameParent } from '../frame/frame-request.js';
import { frameLayout } from '../frame/frame.layout.js';

/** What the frame is opened for. */
export type PasskeyPurpose = 'LOGIN' | 'REGISTRATION';

/** What the frame for passkeys shows. */
export interface PasskeyFrameOptions {
  readonly parent: FrameParent;
  readonly purpose: PasskeyPurpose;
}

const TITLES = { LOGIN: 'Sign in with a passkey', REGISTRATION: 'Sign in faster the next time' };

/**
 * Asks before the browser does, and offers the way around. The passkey itself is the page's: it works on the page's origin alone, so it
 * is the page that asks the authenticator, as soon as `browser/passkey.js` says so.
 */
export function passkeyFrame({ parent, purpose }: PasskeyFrameOptions): Html {
  return frameLayout({
    title: TITLES[purpose],
    parent,
    script: 'webauthn/browser/passkey.js',
    data: { purpose },
    body: html`<noscript><p class="error">This form needs JavaScript, which is off in this browser.</p></noscript>
      <div data-view="waiting" role="status"><p class="lead" data-waiting></p></div>
      <section class="passkey" data-view="ask" hidden>
        <svg class="key" viewBox="0 0 44 44" width="44" height="44" aria-hidden="true">
          <circle cx="22" cy="22" r="22" />
          <circle cx="17" cy="22" r="5.5" />
          <path d="M22.5 22H34M29.5 22v5M34 22v4" />
        </svg>
        <h1 tabindex="-1" data-text="title">${TITLES[purpose]}</h1>
        <p class="lead" data-text="subtitle"></p>
        <p class="error" role="alert" data-error></p>
        <form data-form="passkey">
          <button type="submit" data-text="button" aria-describedby="passkey-news"></button>
        </form>
        <p class="hint" id="passkey-news" role="status" data-news></p>
        <p class="links"><button type="button" class="link" data-action="skip" data-text="buttonSkip"></button></p>
      </section>`,
  });
}
