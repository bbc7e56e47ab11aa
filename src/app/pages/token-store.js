const KEY = 'nestjs-cotter-demo.session';

/**
 * What keeps a person signed in over a reload. It is one entry for all tabs of this origin.
 *
 * @typedef {{ accessToken: string, refreshToken: string, renewedAtMs: number, expiresAtMs: number }} Tokens
 */

/** @returns {Tokens | null} */
export function readTokens() {
  try {
    const tokens = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return isComplete(tokens) ? tokens : null;
  } catch {
    return null;
  }
}

/**
 * Keeps the tokens of an answer of the token endpoint.
 *
 * @param {{ access_token: string, refresh_token: string }} answer
 * @returns {Tokens}
 */
export function writeTokens({ access_token: accessToken, refresh_token: refreshToken }) {
  const renewedAtMs = Date.now();
  const tokens = { accessToken, refreshToken, renewedAtMs, expiresAtMs: renewedAtMs + lifetimeMsOf(accessToken) };
  localStorage.setItem(KEY, JSON.stringify(tokens));
  return tokens;
}

export function clearTokens() {
  localStorage.removeItem(KEY);
}

/**
 * Calls back when another tab signs in, renews or signs out.
 *
 * @param {() => void} listener
 */
export function onTokensChangedElsewhere(listener) {
  addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) listener();
  });
}

/** By the token's own two times, so that a clock of this machine that is wrong does no harm. */
function lifetimeMsOf(accessToken) {
  const payload = accessToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
  const { exp, iat } = JSON.parse(atob(payload));
  return (exp - iat) * 1000;
}

function isComplete(tokens) {
  return (
    typeof tokens?.accessToken === 'string' &&
    typeof tokens.refreshToken === 'string' &&
    Number.isFinite(tokens.renewedAtMs) &&
    Number.isFinite(tokens.expiresAtMs)
  );
}
