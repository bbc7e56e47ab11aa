import { InvalidTokenError, type InvalidTokenCode } from '../errors/token.errors.js';

/** The claims of one token, after their signature was verified. */
export type Claims = Readonly<Record<string, unknown>>;

/** What the claims of a token are held against. */
export interface ClaimRules {
  /** The API key id that `aud` must be or contain. */
  readonly audience: string;
  /** Accepted values of the claim `type`: on this wire, it alone tells an access token from an ID token. */
  readonly types: readonly string[];
  readonly clockToleranceSeconds: number;
}

/** Those registered claims that every good token has, read and checked. */
export interface CheckedClaims {
  readonly subject: string;
  readonly expiresAtSeconds: number;
  readonly issuedAtSeconds: number | null;
  readonly tokenId: string | null;
}

/** Tokens of early 2020 spell the subject `USER:<uuid>`; it is the same person as `<uuid>`. */
const EARLY_SUBJECT = /^USER:(?=[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)/i;

/**
 * Holds verified claims against the rules; the first one that fails decides the code. `iss` is not among them: it chose the keys.
 *
 * @param nowSeconds - Seconds since 1970, with fractions.
 * @throws {@link InvalidTokenError} with the code of the rule that failed.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1 | RFC 7519, 4.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-4 | RFC 9068, 4}
 */
export function checkClaims(claims: Claims, rules: ClaimRules, nowSeconds: number): CheckedClaims {
  const expiresAtSeconds = requireTime(claims, 'exp');
  const issuedAtSeconds = optionalTime(claims, 'iat');
  const notBeforeSeconds = optionalTime(claims, 'nbf');
  const tolerance = rules.clockToleranceSeconds;
  if (nowSeconds >= expiresAtSeconds + tolerance)
    refuse('token_expired', `exp after ${String(nowSeconds)}`, expiresAtSeconds);
  assertPast(notBeforeSeconds, nowSeconds + tolerance);
  assertPast(issuedAtSeconds, nowSeconds + tolerance);
  checkAudience(claims['aud'], rules.audience);
  const { type } = claims;
  if (typeof type !== 'string' || !rules.types.includes(type)) refuse('invalid_token_type', rules.types, type);
  return {
    subject: requireSubject(claims['sub']),
    expiresAtSeconds,
    issuedAtSeconds,
    tokenId: optionalText(claims, 'jti'),
  };
}

/** A member that is a non-empty string, or `null`. */
export function findText(claims: Claims, name: string): string | null {
  const value = claims[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

function assertPast(time: number | null, latest: number): void {
  if (time !== null && time > latest) refuse('token_not_yet_valid', `nbf and iat until ${String(latest)}`, time);
}

function checkAudience(actual: unknown, expected: string): void {
  if (actual === expected) return;
  const audiences: unknown[] = Array.isArray(actual) ? actual : [actual];
  if (!audiences.every((audience) => typeof audience === 'string') || !audiences.includes(expected)) {
    refuse('invalid_audience', expected, actual);
  }
}

function requireSubject(subject: unknown): string {
  if (typeof subject !== 'string' || subject.trim() === '')
    return refuse('invalid_subject', 'a non-empty string', subject);
  return subject.replace(EARLY_SUBJECT, '');
}

function requireTime(claims: Claims, name: string): number {
  return optionalTime(claims, name) ?? refuse('invalid_claim', `${name}: a number of seconds`, undefined);
}

function optionalTime(claims: Claims, name: string): number | null {
  const value = claims[name];
  if (value === undefined) return null;
  return typeof value === 'number' && Number.isFinite(value)
    ? value
    : refuse('invalid_claim', `${name}: a number of seconds`, value);
}

function optionalText(claims: Claims, name: string): string | null {
  const value = claims[name];
  if (value === undefined) return null;
  return typeof value === 'string' ? value : refuse('invalid_claim', `${name}: a string`, value);
}

function refuse(code: InvalidTokenCode, expected: unknown, actual: unknown): never {
  throw new InvalidTokenError(code, { expected, actual });
}
