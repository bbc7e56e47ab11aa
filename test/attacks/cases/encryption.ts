import { createCipheriv, randomBytes } from 'node:crypto';

import { tokenFamily, type TokenRow } from '../attack.js';
import { encode, type Forge } from '../forge.js';

const MALFORMED = 'malformed_token';
const UNSUPPORTED = 'unsupported_algorithm';

/** A JWE of five parts with this header around a good token; its key is the attacker's, as anyone's may be. */
const jwe =
  (header: Readonly<Record<string, unknown>>, encryptedKey = encode(randomBytes(40))) =>
  (forge: Forge): string => {
    const protectedHeader = encode(JSON.stringify({ kid: forge.issuer.key.kid, ...header }));
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', randomBytes(32), iv).setAAD(Buffer.from(protectedHeader));
    const text = Buffer.concat([cipher.update(forge.good), cipher.final()]);
    return [protectedHeader, encryptedKey, encode(iv), encode(text), encode(cipher.getAuthTag())].join('.');
  };

const encrypted: TokenRow[] = [
  [
    'JWE by ECDH-ES',
    'encrypts to the public key of the issuer',
    MALFORMED,
    jwe({ alg: 'ECDH-ES', enc: 'A256GCM' }, ''),
  ],
  ['JWE by RSA-OAEP', 'encrypts to a key that is in the set', MALFORMED, jwe({ alg: 'RSA-OAEP', enc: 'A256GCM' })],
  ['JWE by dir', 'encrypts with a key that both should have', MALFORMED, jwe({ alg: 'dir', enc: 'A256GCM' }, '')],
  [
    'JWE by password',
    'has the server derive a key two billion times',
    MALFORMED,
    jwe({ alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2_147_483_647, p2s: 'c2FsdA' }),
  ],
  ['JWE with zip', 'has the server inflate a bomb', MALFORMED, jwe({ alg: 'dir', enc: 'A256GCM', zip: 'DEF' }, '')],
  ['JWE that says ES256', 'calls an encrypted token signed', MALFORMED, jwe({ alg: 'ES256', enc: 'A256GCM' })],
  [
    'JWE cut to three parts',
    'sends the first parts of a JWE',
    UNSUPPORTED,
    (f) => jwe({ alg: 'dir', enc: 'A256GCM' }, 'e30')(f).split('.').slice(0, 3).join('.'),
  ],
  [
    'enc beside a signature',
    'calls a signed token encrypted',
    MALFORMED,
    (f) => f.token({ header: { enc: 'A256GCM' } }),
  ],
];

const nested: TokenRow[] = [
  [
    'a nested token',
    'signs a good token instead of claims',
    MALFORMED,
    (f) => f.token({ header: { cty: 'JWT' }, payloadText: f.good }),
  ],
  [
    'a nested token without cty',
    'signs a good token instead of claims',
    MALFORMED,
    (f) => f.token({ payloadText: f.good }),
  ],
  [
    'a nested token in quotes',
    'signs a good token as a JSON string',
    MALFORMED,
    (f) => f.token({ payloadText: JSON.stringify(f.good) }),
  ],
  ['cty JWT beside claims', 'says that the claims are a token', MALFORMED, (f) => f.token({ header: { cty: 'JWT' } })],
  ['cty json', 'names the type of the content', MALFORMED, (f) => f.token({ header: { cty: 'json' } })],
  [
    'a good token inside a bad one',
    "wraps a good token in the attacker's signature",
    MALFORMED,
    (f) => f.token({ header: { cty: 'JWT' }, payloadText: f.good, key: f.issuer.rogueKey.privateKey }),
  ],
];

/** Encrypted tokens, and tokens in tokens: nothing on this wire is either. */
export const encryption = [...tokenFamily('JWE', encrypted), ...tokenFamily('nested tokens', nested)];
