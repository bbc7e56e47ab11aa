import { element, markSteps, setText } from './page.js';
import {
  capitalized,
  countdownInWords,
  dayInWords,
  initialOf,
  methodInWords,
  momentInWords,
  timeInWords,
} from './words.js';

/** What has happened as soon as somebody is signed in. */
const SIGNED_IN = ['pkce', 'prove', 'exchange', 'session', 'guarded'];

/** The view of a person who is signed in, and of the access token that the server has for them. */
export class Profile {
  #principal = null;
  #done = SIGNED_IN;

  /**
   * @param {{ principal: Record<string, any>, user: Record<string, any> | null }} me as `GET /me` answers
   * @param {number} nowMs
   */
  show({ principal, user }, nowMs) {
    const identifier = user?.identifier ?? principal.identifier ?? principal.subject;
    setText('identifier', identifier);
    setText('initial', initialOf(identifier));
    setText('method', methodInWords(principal.authenticationMethod));
    setText('since', user === null ? 'Not yet' : dayInWords(user.createdAt));
    setText('last-login', user === null ? 'Never' : capitalized(momentInWords(user.lastLoginAt, nowMs)));
    setText('account', user?.id ?? 'None');
    setText('me', JSON.stringify({ principal, user }, null, 2));
    this.#showToken(principal);
    this.tick(nowMs);
  }

  /** @param {number} nowMs */
  tick(nowMs) {
    if (this.#principal === null) return;
    const { issuedAt, expiresAt } = this.#principal;
    const leftMs = Date.parse(expiresAt) - nowMs;
    setText('countdown', countdownInWords(leftMs));
    element('lifetime').value = Math.min(1, Math.max(0, leftMs / (Date.parse(expiresAt) - Date.parse(issuedAt))));
  }

  /** @param {'renew' | 'end'} step that the person has seen happen */
  hasSeen(step) {
    if (!this.#done.includes(step)) this.#done = [...this.#done, step];
    markSteps(this.#done);
  }

  /** Forgets the person. */
  clear() {
    this.#principal = null;
    this.#done = SIGNED_IN;
    setText('me', '');
    setText('token-status', 'The first request after its end renews it by itself.');
  }

  #showToken(principal) {
    const before = this.#principal;
    this.#principal = principal;
    setText('token-id', shortened(principal.tokenId));
    setText('issued-at', timeInWords(principal.issuedAt));
    markSteps(this.#done);
    if (before === null || before.tokenId === principal.tokenId) return;
    setText(
      'token-status',
      `It expired, and the request after that renewed it: ${shortened(before.tokenId)} became ` +
        `${shortened(principal.tokenId)}. You stayed signed in.`,
    );
    this.hasSeen('renew');
  }
}

/** @param {string} tokenId a UUID, of which nobody wants to see all */
function shortened(tokenId) {
  return tokenId.slice(0, 8);
}
