import {
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';

/** A key pair, and how it stands in a key set. */
export interface AttackKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly published: JsonWebKey & { readonly kid?: string };
}

/** Keys that stand in the issuer's set and that nobody may verify ES256 with; each for another reason. */
export interface UnsuitableKeys {
  readonly rsa: AttackKey;
  readonly p384: AttackKey;
  readonly ed25519: AttackKey;
  readonly forEncryption: AttackKey;
  readonly forEs384: AttackKey;
  readonly signsOnly: AttackKey;
  readonly withPrivatePart: AttackKey;
  readonly firstTwin: AttackKey;
  readonly secondTwin: AttackKey;
  readonly withoutKid: AttackKey;
  /** Its published point is not on the curve. */
  readonly offCurve: AttackKey;
  /** The secret of a symmetric entry, as everybody can read it in the set. */
  readonly symmetric: { readonly kid: string; readonly secret: Buffer; readonly published: JsonWebKey };
}

/** A P-256 key, published with these members beside its own; one that is `undefined` is left out. */
export function createP256Key(kid: string, members: Readonly<Record<string, unknown>> = {}): AttackKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return describeKey(kid, privateKey, { use: 'sig', alg: 'ES256', ...members });
}

/** A `kid` of the form that Cotter's keys have. */
export function createKid(): string {
  return `SPACE_JWT_PUBLIC:${randomUUID()}`;
}

/** One key of every kind that is in a set by mistake, or that belongs to somebody else's algorithm. */
export function createUnsuitableKeys(): UnsuitableKeys {
  const withPrivatePart = createP256Key('with-private-part');
  const secret = randomBytes(32);
  return {
    rsa: describeKey('rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, {
      use: 'sig',
      alg: 'RS256',
    }),
    p384: describeKey('p384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, {
      use: 'sig',
      alg: 'ES384',
    }),
    ed25519: describeKey('ed25519', generateKeyPairSync('ed25519').privateKey, { use: 'sig', alg: 'EdDSA' }),
    forEncryption: createP256Key('for-encryption', { use: 'enc', alg: 'ECDH-ES' }),
    forEs384: createP256Key('for-es384', { alg: 'ES384' }),
    signsOnly: createP256Key('signs-only', { key_ops: ['sign'] }),
    withPrivatePart: {
      ...withPrivatePart,
      published: { ...withPrivatePart.published, ...withPrivatePart.privateKey.export({ format: 'jwk' }) },
    },
    firstTwin: createP256Key('twins'),
    secondTwin: createP256Key('twins'),
    withoutKid: createP256Key('without-kid', { kid: undefined }),
    offCurve: createP256Key('off-curve', { y: Buffer.alloc(32, 7).toString('base64url') }),
    symmetric: {
      kid: 'symmetric',
      secret,
      published: { kty: 'oct', kid: 'symmetric', use: 'sig', alg: 'HS256', k: secret.toString('base64url') },
    },
  };
}

function describeKey(kid: string, privateKey: KeyObject, members: Readonly<Record<string, unknown>>): AttackKey {
  const publicKey = createPublicKey(privateKey);
  return { kid, privateKey, publicKey, published: { ...publicKey.export({ format: 'jwk' }), kid, ...members } };
}
