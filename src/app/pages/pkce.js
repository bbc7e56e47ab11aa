/** 32 random bytes as 43 characters of base64url: fit for a code verifier as well as for a state. */
export function randomText() {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * The S256 code challenge of a verifier (RFC 7636, section 4.2).
 *
 * @param {string} verifier
 */
export async function challengeOf(verifier) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(digest));
}

/** Browsers hand out hashes on `https:` pages and on this machine only. */
export function canMakeChallenges() {
  return crypto.subtle !== undefined;
}

function base64Url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
