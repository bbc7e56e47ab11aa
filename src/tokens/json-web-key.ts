import type { JSONWebKey } from 'jwks-rsa';

const COORDINATE = /^[A-Za-z0-9_-]{43}$/;

/**
 * Picks from a published key set what can verify ES256, and drops the rest: private and symmetric keys, other curves, keys for
 * encryption, entries without a `kid`, and `kid`s that name two different keys (nobody can tell which one is meant).
 *
 * @param body - The parsed answer of a JWKS URL.
 * @returns one entry a `kid`, with nothing in it but the public key.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-4 | RFC 7517, 4}
 */
export function parseVerificationKeys(body: unknown): JSONWebKey[] {
  const entries = isRecord(body) && Array.isArray(body['keys']) ? (body['keys'] as unknown[]) : [];
  const byKid = new Map<string, JSONWebKey | null>();
  for (const key of entries.map(parseVerificationKey)) {
    if (key === null) continue;
    const twin = byKid.get(key.kid);
    const unambiguous = twin === undefined || (twin !== null && twin['x'] === key['x'] && twin['y'] === key['y']);
    byKid.set(key.kid, unambiguous ? key : null);
  }
  return [...byKid.values()].filter((key) => key !== null);
}

function parseVerificationKey(entry: unknown): (JSONWebKey & { kid: string }) | null {
  if (!isRecord(entry) || 'd' in entry || 'k' in entry) return null;
  const { kty, crv, x, y, kid, use = 'sig', alg = 'ES256', key_ops: operations = ['verify'] } = entry;
  if (kty !== 'EC' || crv !== 'P-256' || use !== 'sig' || alg !== 'ES256') return null;
  if (!Array.isArray(operations) || !operations.includes('verify')) return null;
  if (typeof kid !== 'string' || kid === '') return null;
  if (typeof x !== 'string' || typeof y !== 'string' || !COORDINATE.test(x) || !COORDINATE.test(y)) return null;
  return { kty, crv, x, y, kid, use, alg };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
