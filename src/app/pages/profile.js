import { OutageError } from './http.js';
import { element, markSteps, setAlert, setText, setVisible, showView } from './page.js';
import { SignedOutError } from './session.js';
import { countdownInWords, dayInWords, initialOf, methodInWords, momentInWords } from './words.js';

const TICK_MS = 1_000;
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 60_000;
const DONE = ['pkce', 'prove', 'exchange', 'login', 'guarded'];

/** The view of a person who is signed in. It keeps the access token fresh while it is shown. */
export class Profile {
  #session;
  #onSignedOut;
  #timer = null;
  #retryMs = 0;
  #retryAtMs = 0;
  #renewed = false;

  /**
   * @param {import('./session.js').Session} session
   * @param {(notice: string) => void} onSignedOut
   */
  constructor(session, onSignedOut) {
    this.#session = session;
    this.#onSignedOut = onSignedOut;
  }

  /**
   * Asks the guarded route and shows what it says.
   *
   * @param {{ welcome?: string, focus?: boolean }} [options]
   */
  async open({ welcome = 'Signed in as', focus = false } = {}) {
    await this.#guarding(async () => {
      const { body } = await this.#session.get('me');
      this.#render(body, welcome);
      showView('profile', { focus });
    });
    if (this.#session.tokens === null) return;
    this.#tick();
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
  }

  close() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#renewed = false;
  }

  /** Renews now, because the person says so. */
  async renew() {
    await this.#guarding(async () => {
      await this.#session.renew();
      await this.#afterRenewal();
    });
  }

  /** Shows what another tab has changed. */
  follow() {
    if (this.#session.tokens === null) this.#onSignedOut('You signed out in another tab.');
    else this.#tick();
  }

  #render({ principal, user }, welcome) {
    const identifier = user?.identifier ?? principal.identifier ?? principal.subject;
    setText('welcome', user === null ? 'Known to the issuer, not registered here' : welcome);
    setText('identifier', identifier);
    setText('initial', initialOf(identifier));
    setText('method', methodInWords(principal.authenticationMethod));
    setText('since', user === null ? 'Not yet' : dayInWords(user.createdAt));
    setText('last-login', user === null ? 'Never' : momentInWords(user.lastLoginAt, Date.now()));
    setText('account', user?.id ?? 'None');
    setText('me', JSON.stringify({ principal, user }, null, 2));
    setAlert('profile', '');
    setVisible('reload', false);
    this.#markSteps();
  }

  #markSteps() {
    markSteps(this.#renewed ? [...DONE, 'renew'] : DONE);
  }

  #tick() {
    const { tokens } = this.#session;
    if (tokens === null) return;
    const leftMs = tokens.expiresAtMs - Date.now();
    setText('countdown', countdownInWords(leftMs));
    element('lifetime').value = Math.min(1, Math.max(0, leftMs / (tokens.expiresAtMs - tokens.renewedAtMs)));
    if (this.#session.needsRenewal && Date.now() >= this.#retryAtMs) void this.#renewInTime();
  }

  async #renewInTime() {
    // Until this try has ended, the next tick has no reason to make another.
    this.#retryAtMs = Infinity;
    try {
      await this.#session.renew();
      this.#retryMs = 0;
      this.#retryAtMs = 0;
      await this.#guarding(() => this.#afterRenewal());
    } catch (error) {
      this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs === 0 ? FIRST_RETRY_MS : this.#retryMs * 2);
      this.#retryAtMs = Date.now() + this.#retryMs;
      if (error instanceof SignedOutError) this.#onSignedOut('Your session has ended. Sign in again.');
      else setText('token-status', 'It could not be renewed yet. You stay signed in, and the page keeps trying.');
    }
  }

  async #afterRenewal() {
    this.#renewed = true;
    setText('token-status', `Renewed at ${new Intl.DateTimeFormat('en', { timeStyle: 'medium' }).format(Date.now())}.`);
    this.#tick();
    const { body } = await this.#session.get('me');
    this.#render(body, element('welcome').textContent);
  }

  /** Whatever goes wrong is said beside the buttons; only a session that has ended signs anybody out. */
  async #guarding(action) {
    try {
      await action();
    } catch (error) {
      if (error instanceof SignedOutError) {
        this.#onSignedOut('Your session has ended. Sign in again.');
        return;
      }
      showView('profile');
      setVisible('reload', true);
      setAlert(
        'profile',
        error instanceof OutageError
          ? 'The app or the issuer does not answer at the moment. You are still signed in.'
          : `The app did not accept the token: ${error.message}`,
      );
    }
  }
}
