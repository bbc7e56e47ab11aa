import { createHash, randomBytes } from 'node:crypto';

const RANDOM_BYTES = 32;

/**
 * A new PKCE code verifier: 256 random bits as 43 characters of base64url.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.1 | RFC 7636, 4.1}
 */
export function createCodeVerifier(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url');
}

/** A new `state`: 256 random bits that tie the answer of the authorize page to the one who asked. */
export function createState(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url');
}

/**
 * The S256 code challenge of a verifier, over whatever string it is: clients in the wild send hexadecimal, base64url and padded base64.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.2 | RFC 7636, 4.2}
 */
export function codeChallengeOf(codeVerifier: string): string {
  return createHash('sha256').update(codeVerifier).digest('base64url');
}
