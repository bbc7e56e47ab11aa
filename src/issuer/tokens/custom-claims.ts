import { ApiRefusedError } from '../http/api-refused.error.js';

/** What an application adds to its own tokens. */
export type CustomClaims = Readonly<Record<string, unknown>>;

/** Tokens travel in header fields, which servers cut off at 8 to 16 KiB. */
const MAX_BYTES = 2048;

/** Claims that say who somebody is and how far the token reaches: those are the issuer's alone. */
const OWN_CLAIMS: ReadonlySet<string> = new Set([
  'aud',
  'auth_time',
  'authentication_method',
  'client_user_id',
  'exp',
  'iat',
  'identifier',
  'iss',
  'jti',
  'nbf',
  'scope',
  'sub',
  'type',
]);

/**
 * Reads `custom_attributes`.
 *
 * @throws {@link ApiRefusedError} where it is no object, too large, or would replace a claim of the issuer's.
 */
export function parseCustomClaims(value: unknown): CustomClaims {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiRefusedError('custom_attributes must be an object');
  }
  if (Buffer.byteLength(JSON.stringify(value)) > MAX_BYTES) {
    throw new ApiRefusedError(`custom_attributes must be at most ${String(MAX_BYTES)} bytes of JSON`);
  }
  const taken = Object.keys(value).find((name) => OWN_CLAIMS.has(name) || name === '__proto__');
  if (taken !== undefined) throw new ApiRefusedError(`custom_attributes must not name ${taken}`);
  return value as CustomClaims;
}

/** The claims that are the issuer's own, without what an application added. */
export function ownClaimsOf(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => OWN_CLAIMS.has(name)));
}
