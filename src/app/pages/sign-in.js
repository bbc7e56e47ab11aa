import { call } from './http.js';
import { challengeOf, randomText } from './pkce.js';

const KEY = 'nestjs-cotter-demo.sign-in';

/** The issuer sent the person back, and it leads nowhere. The message is made to be shown. */
export class SignInError extends Error {
  name = 'SignInError';
}

/**
 * Sends the person to the issuer's page. The verifier and the state stay in this tab.
 *
 * @param {{ apiKeyId: string, jsUrl: string }} settings
 * @param {string} type `EMAIL` or `PHONE`
 */
export async function beginSignIn({ apiKeyId, jsUrl }, type) {
  const redirectUrl = new URL('./', location.href).href;
  const pending = { verifier: randomText(), state: randomText(), redirectUrl };
  const url = new URL(`${jsUrl}/app`);
  url.search = new URLSearchParams({
    api_key: apiKeyId,
    redirect_url: redirectUrl,
    type,
    code_challenge: await challengeOf(pending.verifier),
    state: pending.state,
  }).toString();
  sessionStorage.setItem(KEY, JSON.stringify(pending));
  location.assign(url);
}

/**
 * Takes what the issuer put into the address, and takes it out of there: an authorization code has no business in a history, a
 * bookmark or a screenshot.
 *
 * @returns {URLSearchParams | null}
 */
export function takeIssuerAnswer() {
  const query = new URLSearchParams(location.search);
  if (!['code', 'state', 'challenge_id', 'error'].some((name) => query.has(name))) return null;
  history.replaceState(null, '', location.pathname);
  return query;
}

/** A sign-in that came back from the issuer. It may be finished in several tries: what is done is not done again. */
export class ReturnedSignIn {
  #settings;
  #request;
  #payload = null;

  /**
   * @param {{ apiKeyId: string, apiUrl: string }} settings
   * @param {URLSearchParams} answer
   * @throws {SignInError} where the answer is a refusal, or belongs to no sign-in of this tab
   */
  constructor(settings, answer) {
    const pending = takePending();
    if (answer.has('error')) throw new SignInError('The issuer ended the sign-in before it was done.');
    if (pending === null || answer.get('state') !== pending.state) {
      throw new SignInError('This answer belongs to no sign-in that was started in this tab, so it was not used.');
    }
    const challengeId = answer.get('challenge_id') ?? '';
    if (!answer.has('code') || !/^\d{1,15}$/.test(challengeId)) {
      throw new SignInError('The issuer sent an answer that makes no sense.');
    }
    this.#settings = settings;
    this.#request = {
      code_verifier: pending.verifier,
      authorization_code: answer.get('code'),
      challenge_id: Number(challengeId),
      redirect_url: pending.redirectUrl,
    };
  }

  /** Trades the code for tokens, at the issuer. */
  async exchange() {
    const { apiKeyId, apiUrl } = this.#settings;
    if (this.#payload !== null) return;
    const { body } = await call('POST', `${apiUrl}/verify/get_identity?oauth_token=true`, {
      headers: { API_KEY_ID: apiKeyId },
      body: this.#request,
    });
    const member = body.identifier?.identifier_type === 'PHONE' ? 'phone' : 'email';
    const { oauth_token, user, token } = body;
    this.#payload = { [member]: body.identifier?.identifier, oauth_token, user, token };
  }

  /** What the exchange gave. */
  get tokens() {
    return this.#payload.oauth_token;
  }

  /** Where the app does not want the person, nobody needs it any more. */
  get unusedRefreshToken() {
    return this.#payload?.oauth_token.refresh_token;
  }

  /**
   * Registers the person or logs them in, at the app.
   *
   * @returns {Promise<{ created: boolean }>}
   */
  async logIn() {
    const { body } = await call('POST', 'login', { body: this.#payload });
    return body;
  }
}

/** A state is good for one answer. */
function takePending() {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
