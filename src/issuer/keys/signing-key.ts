import { createPrivateKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';

/** A fresh ES256 key. */
export function createSigningKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/**
 * Reads an ES256 private key: PEM (PKCS #8 or SEC 1) or JWK, the latter as text or object.
 *
 * @returns `null` where it is anything else.
 */
export function parseSigningKey(given: unknown): KeyObject | null {
  const key = parsePrivateKey(given);
  return key?.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
}

/** Reads an Ed25519 private key: PEM (PKCS #8) or JWK. @returns `null` where it is anything else. */
export function parseIdentityKey(given: unknown): KeyObject | null {
  const key = parsePrivateKey(given);
  return key?.asymmetricKeyType === 'ed25519' ? key : null;
}

function parsePrivateKey(given: unknown): KeyObject | null {
  try {
    return createPrivateKey(keyInput(given));
  } catch {
    // The reason may quote the key.
    return null;
  }
}

function keyInput(given: unknown): Parameters<typeof createPrivateKey>[0] {
  if (typeof given === 'object' && given !== null) return { key: given as JsonWebKey, format: 'jwk' };
  const text = String(given).trim();
  // An environment variable often carries the line breaks of a PEM as \n.
  if (!text.startsWith('{')) return { key: text.replaceAll('\\n', '\n'), format: 'pem' };
  return { key: JSON.parse(text) as JsonWebKey, format: 'jwk' };
}
