import { createPublicKey, generateKeyPairSync, randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';

/** A signing key of the test issuer. */
export interface TestKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  /** As the key set publishes it. */
  readonly publicJwk: JsonWebKey & { kid: string };
}

/** A fresh ES256 key, with a `kid` of the form that Cotter's keys have. */
export function createTestKey(): TestKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = `SPACE_JWT_PUBLIC:${randomUUID()}`;
  const publicJwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' };
  return { kid, privateKey, publicJwk };
}
