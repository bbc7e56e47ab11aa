import { createHash, createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

const ALPHANUMERICS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const CODE_DIGITS = 6;

/** The largest id that an auto-increment column of all our databases holds. PostgreSQL fails at a comparison with a larger one. */
export const MAX_ROW_ID = 2 ** 31 - 1;

/** 256 random bits in base64url: 43 characters that nobody guesses. */
export function createSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Random letters and digits, each as likely as the others. */
export function createAlphanumericSecret(length: number): string {
  return Array.from({ length }, () => ALPHANUMERICS.charAt(randomInt(ALPHANUMERICS.length))).join('');
}

/** Six random digits. */
export function createCode(): string {
  return String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0');
}

/** SHA-256 in hexadecimal, which no collation can take for another text. Enough for secrets of 128 random bits, and for no fewer. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('hex');
}

/** HMAC-SHA256 of a code under the handle that only the browser holds, in hexadecimal. */
export function hashCode(code: string, handle: string): string {
  return createHmac('sha256', handle).update(code, 'utf8').digest('hex');
}

/** Compares two hashes without telling by its duration how much of them agrees. */
export function isSameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')];
  return left.length === right.length && timingSafeEqual(left, right);
}
