import { InvalidBodyError } from '../errors/request.errors.js';

/** Cotter's own are some forty characters long. */
const MAX_BYTES = 4096;

/** What {@link isRefreshToken} wants, in words. */
export const REFRESH_TOKEN_RULE = `refresh_token must be a non-empty string of at most ${String(MAX_BYTES)} bytes`;

/** Whether a value can be a refresh token at all. What is in it is the issuer's business. */
export function isRefreshToken(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= MAX_BYTES;
}

/** @throws {@link InvalidBodyError} (`invalid_body`) for what {@link isRefreshToken} denies. */
export function assertRefreshToken(value: unknown): asserts value is string {
  if (!isRefreshToken(value)) throw new InvalidBodyError([REFRESH_TOKEN_RULE]);
}
