import { call, RefusalError } from './http.js';
import { clearTokens, readTokens, writeTokens } from './token-store.js';

/** Renewed this long before it expires, so that no call is ever made with a token that ends on the way. */
const MARGIN_MS = 30_000;
const LOCK = 'nestjs-cotter-demo.renewal';
/** What one tab writes reaches the others a moment later, and may come after the lock. */
const SPREAD_MS = 150;

/** Nobody is signed in, or not any more. */
export class SignedOutError extends Error {
  name = 'SignedOutError';
}

/** The tokens of the person, and the calls that are made with them. */
export class Session {
  #settings;
  /** @type {Promise<import('./token-store.js').Tokens> | null} */
  #renewal = null;

  /** @param {{ apiKeyId: string, apiUrl: string }} settings */
  constructor(settings) {
    this.#settings = settings;
  }

  get tokens() {
    return readTokens();
  }

  get needsRenewal() {
    const tokens = readTokens();
    return tokens !== null && tokens.expiresAtMs - Date.now() <= MARGIN_MS;
  }

  /**
   * Asks a guarded route. A token that is about to expire is renewed first, and one that is refused is renewed once.
   *
   * @param {string} url
   */
  async get(url) {
    const { accessToken } = this.needsRenewal ? await this.renew() : this.#getTokens();
    try {
      return await this.#getWith(accessToken, url);
    } catch (error) {
      if (!(error instanceof RefusalError) || error.status !== 401) throw error;
    }
    const renewed = this.#getTokens().accessToken === accessToken ? await this.renew() : this.#getTokens();
    return this.#getWith(renewed.accessToken, url);
  }

  /**
   * New tokens for old ones. Calls at the same time share one request, in this tab and across tabs: a renewal token works once, and
   * whoever came second would be signed out.
   *
   * @returns {Promise<import('./token-store.js').Tokens>}
   */
  renew() {
    this.#renewal ??= this.#renewInTurn().finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  /** Here at once; at the issuer as well as can be. */
  async signOut() {
    const tokens = readTokens();
    clearTokens();
    if (tokens !== null) await this.revoke(tokens.refreshToken);
  }

  /**
   * Tells the issuer to forget a renewal token. That it cannot be told is no reason to keep anybody signed in here.
   *
   * @param {string} refreshToken
   */
  async revoke(refreshToken) {
    const { apiKeyId, apiUrl } = this.#settings;
    try {
      await call('DELETE', `${apiUrl}/token/${encodeURIComponent(apiKeyId)}`, {
        headers: { API_KEY_ID: apiKeyId },
        body: { refresh_token: refreshToken },
        // Goes through even where the tab is closed right after.
        keepalive: true,
      });
    } catch {
      // The token dies by its age.
    }
  }

  async #renewInTurn() {
    const { refreshToken } = this.#getTokens();
    const inTurn = () => this.#renewUnlessDone(refreshToken);
    return navigator.locks === undefined ? inTurn() : navigator.locks.request(LOCK, inTurn);
  }

  /** Another tab may have renewed, or signed out, while this one waited for its turn or for the answer. */
  async #renewUnlessDone(refreshToken) {
    const tokens = this.#getTokens();
    if (tokens.refreshToken !== refreshToken) return tokens;
    let answer;
    try {
      answer = await call('POST', 'refresh', { body: { grant_type: 'refresh_token', refresh_token: refreshToken } });
    } catch (error) {
      return this.#afterRefusal(error, refreshToken);
    }
    if (readTokens()?.refreshToken === refreshToken) {
      const renewed = writeTokens(answer.body);
      await spread();
      return renewed;
    }
    await this.revoke(answer.body.refresh_token);
    return this.#getTokens();
  }

  /** In a browser without locks, another tab may have spent the token first. */
  async #afterRefusal(error, refreshToken) {
    if (!(error instanceof RefusalError)) throw error;
    await spread();
    const tokens = this.#getTokens();
    if (tokens.refreshToken !== refreshToken) return tokens;
    clearTokens();
    throw new SignedOutError('the session has ended', { cause: error });
  }

  #getTokens() {
    const tokens = readTokens();
    if (tokens === null) throw new SignedOutError('nobody is signed in');
    return tokens;
  }

  #getWith(accessToken, url) {
    return call('GET', url, { headers: { Authorization: `Bearer ${accessToken}` } });
  }
}

function spread() {
  return new Promise((resolve) => setTimeout(resolve, SPREAD_MS));
}
