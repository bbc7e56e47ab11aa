import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';

/** How a ledger knows a refresh token: its SHA-256 in hexadecimal digits, which every collation tells apart. */
export function hashRefreshToken(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex');
}

/** What is sealed for: what was sealed for one cannot be opened as the other. */
export type SealPurpose = 'result' | 'held';

const SALT_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** What the smallest text column takes. */
const MAX_SEALED_LENGTH = 60_000;

/**
 * Seals new tokens so that only the refresh token they were exchanged for opens them: AES-256-GCM under a key that HKDF derives from that
 * token. Beside them stands its hash, and from that nobody gets the key.
 *
 * @returns `null` for what is too large to be kept.
 */
export function sealTokens(tokens: OAuthTokens, refreshToken: string, purpose: SealPurpose): string | null {
  const salt = randomBytes(SALT_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', deriveKey(refreshToken, salt, purpose), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(tokens)), cipher.final()]);
  const sealed = Buffer.concat([salt, iv, cipher.getAuthTag(), text]).toString('base64url');
  return sealed.length > MAX_SEALED_LENGTH ? null : sealed;
}

/** @throws {@link Error} where it was sealed for another token or purpose, or was changed. */
export function openTokens(sealed: string, refreshToken: string, purpose: SealPurpose): OAuthTokens {
  const bytes = Buffer.from(sealed, 'base64url');
  const iv = bytes.subarray(SALT_BYTES, SALT_BYTES + IV_BYTES);
  const text = bytes.subarray(SALT_BYTES + IV_BYTES + TAG_BYTES);
  const key = deriveKey(refreshToken, bytes.subarray(0, SALT_BYTES), purpose);
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(SALT_BYTES + IV_BYTES, SALT_BYTES + IV_BYTES + TAG_BYTES));
  // Whoever has the key has sealed an OAuthTokens with it.
  return JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')) as OAuthTokens;
}

function deriveKey(refreshToken: string, salt: Buffer, purpose: SealPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', refreshToken, salt, `nestjs-cotter refresh ${purpose}`, KEY_BYTES));
}
