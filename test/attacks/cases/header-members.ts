import { tokenFamily, type TokenRow } from '../attack.js';
import type { Forge } from '../forge.js';
import type { AttackKey } from '../issuer/attack-keys.js';

const MALFORMED = 'malformed_token';
const UNKNOWN = 'unknown_key';

const member = (name: string, value: unknown) => (forge: Forge) => forge.token({ header: { [name]: value } });

/** Signed by the attacker's key, which the header offers to the server. */
const offering =
  (members: (forge: Forge, key: AttackKey) => Readonly<Record<string, unknown>>) =>
  (forge: Forge): string => {
    const { rogueKey } = forge.issuer;
    return forge.token({ key: rogueKey.privateKey, header: { kid: rogueKey.kid, ...members(forge, rogueKey) } });
  };
const der = (key: AttackKey): string => key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

const offered: TokenRow[] = [
  ['jwk of the attacker', 'brings the key along', MALFORMED, offering((_, key) => ({ jwk: key.published }))],
  [
    'jwk under the real kid',
    'brings a key along that has the name of a real one',
    MALFORMED,
    offering((f, key) => ({ kid: f.issuer.key.kid, jwk: { ...key.published, kid: f.issuer.key.kid } })),
  ],
  [
    'jwk beside a good signature',
    'says what the server knows',
    MALFORMED,
    (f) => f.token({ header: { jwk: f.issuer.key.published } }),
  ],
  ['jwk null', 'has the member and nothing in it', MALFORMED, member('jwk', null)],
  [
    'jku of the attacker',
    "has the server fetch the attacker's keys",
    MALFORMED,
    offering((f) => ({ jku: f.issuer.rogueUrl })),
  ],
  [
    'jku of the issuer',
    'has the server fetch keys at all',
    MALFORMED,
    (f) => f.token({ header: { jku: f.issuer.jwksUri } }),
  ],
  ['jku of a file', 'has the server read a file', MALFORMED, offering(() => ({ jku: 'file:///etc/passwd' }))],
  [
    'jku with the issuer for a user name',
    'writes a URL that begins like the right one',
    MALFORMED,
    offering((f) => ({ jku: f.issuer.rogueUrl.replace('//', `//${new URL(f.issuer.url).hostname}@`) })),
  ],
  [
    'x5u of the attacker',
    'has the server fetch a certificate',
    MALFORMED,
    offering((f) => ({ x5u: f.issuer.rogueUrl })),
  ],
  ['x5c of the attacker', 'brings a certificate along', MALFORMED, offering((_, key) => ({ x5c: [der(key)] }))],
  ['an empty x5c', 'has the member and nothing in it', MALFORMED, member('x5c', [])],
];

const extensions: TokenRow[] = [
  ['an empty crit', 'lists nothing as critical', MALFORMED, member('crit', [])],
  [
    'crit with an unknown member',
    'demands what the server does not know',
    MALFORMED,
    (f) => f.token({ header: { crit: ['x'], x: 1 } }),
  ],
  ['crit with alg', 'lists a standard member as critical', MALFORMED, member('crit', ['alg'])],
  [
    'crit with exp',
    'lists exp as critical',
    MALFORMED,
    (f) => f.token({ header: { crit: ['exp'], exp: 9_999_999_999 } }),
  ],
  ['crit that is text', 'sends another type', MALFORMED, member('crit', 'exp')],
  ['crit null', 'sends another type', MALFORMED, member('crit', null)],
  ['crit of __proto__', 'reaches for a prototype', MALFORMED, member('crit', ['__proto__'])],
  ['b64 false', 'leaves the payload unencoded', MALFORMED, (f) => f.token({ header: { b64: false, crit: ['b64'] } })],
  ['b64 false without crit', 'leaves the payload unencoded', MALFORMED, member('b64', false)],
  ['b64 true', 'says what is so anyway', MALFORMED, member('b64', true)],
  ['zip DEF', 'has the server inflate the payload', MALFORMED, member('zip', 'DEF')],
  ['zip null', 'has the member and nothing in it', MALFORMED, member('zip', null)],
];

const types: TokenRow[] = [
  ['typ of an ID token', 'names another kind of token', MALFORMED, member('typ', 'id_token+jwt')],
  ['typ of a logout token', 'names another kind of token', MALFORMED, member('typ', 'logout+jwt')],
  ['typ of a DPoP proof', 'names another kind of token', MALFORMED, member('typ', 'dpop+jwt')],
  ['typ of a security event', 'names another kind of token', MALFORMED, member('typ', 'secevent+jwt')],
  ['typ of a client assertion', 'names another kind of token', MALFORMED, member('typ', 'client-authentication+jwt')],
  ['typ JWE', 'names another kind of object', MALFORMED, member('typ', 'JWE')],
  ['typ JOSE', 'names another kind of object', MALFORMED, member('typ', 'JOSE')],
  ['typ with a parameter', 'adds a parameter to the right type', MALFORMED, member('typ', 'at+jwt; v=2')],
  ['an empty typ', 'names no type', MALFORMED, member('typ', '')],
  ['typ null', 'sends another type of value', MALFORMED, member('typ', null)],
  ['typ in a list', 'sends a list that holds JWT', MALFORMED, member('typ', ['JWT'])],
  ['typ 1', 'sends another type of value', MALFORMED, member('typ', 1)],
  ['typ with a space', 'adds a space to the right type', MALFORMED, member('typ', 'JWT ')],
  ['typ __proto__', 'reaches for a prototype', MALFORMED, member('typ', '__proto__')],
];

const published = (name: 'rsa' | 'p384' | 'ed25519', alg: string, digest: string | null) => (forge: Forge) => {
  const { kid, privateKey } = forge.issuer.unsuitable[name];
  return forge.token({ header: { kid, alg }, key: privateKey, digest });
};
const unsuitable =
  (name: 'forEncryption' | 'forEs384' | 'signsOnly' | 'withPrivatePart' | 'firstTwin' | 'secondTwin' | 'offCurve') =>
  (forge: Forge) => {
    const { kid, privateKey } = forge.issuer.unsuitable[name];
    return forge.token({ header: { kid }, key: privateKey });
  };

const keys: TokenRow[] = [
  [
    'a published RSA key, as RS256',
    'signs with a key that is in the set',
    'unsupported_algorithm',
    published('rsa', 'RS256', 'sha256'),
  ],
  [
    'a published RSA key, as ES256',
    'signs with a key that is in the set',
    'invalid_signature',
    published('rsa', 'ES256', 'sha256'),
  ],
  [
    'a published P-384 key, as ES384',
    'signs with a key that is in the set',
    'unsupported_algorithm',
    published('p384', 'ES384', 'sha384'),
  ],
  [
    'a published P-384 key, as ES256',
    'signs with a key that is in the set',
    'invalid_signature',
    published('p384', 'ES256', 'sha256'),
  ],
  [
    'a published Ed25519 key, as EdDSA',
    'signs with a key that is in the set',
    'unsupported_algorithm',
    published('ed25519', 'EdDSA', null),
  ],
  [
    'a published Ed25519 key, as ES256',
    'signs with a key that is in the set',
    UNKNOWN,
    published('ed25519', 'ES256', null),
  ],
  ['a key for encryption', 'signs with a key of another use', UNKNOWN, unsuitable('forEncryption')],
  ['a key for ES384', 'signs with a key of another algorithm', UNKNOWN, unsuitable('forEs384')],
  ['a key without verify', 'signs with a key of other operations', UNKNOWN, unsuitable('signsOnly')],
  [
    'a key whose private part is published',
    'signs with a key that everybody has',
    UNKNOWN,
    unsuitable('withPrivatePart'),
  ],
  [
    'the first of two keys of one kid',
    'signs with a key that cannot be told from another',
    UNKNOWN,
    unsuitable('firstTwin'),
  ],
  [
    'the second of two keys of one kid',
    'signs with a key that cannot be told from another',
    UNKNOWN,
    unsuitable('secondTwin'),
  ],
  ['a key that is off the curve', 'names a point that is none', UNKNOWN, unsuitable('offCurve')],
  [
    'a key without a kid',
    'names nothing where nothing has a name',
    UNKNOWN,
    (f) => f.token({ header: { kid: undefined }, key: f.issuer.unsuitable.withoutKid.privateKey }),
  ],
  [
    'the symmetric key of the set',
    'names an entry that is a secret',
    UNKNOWN,
    (f) => f.token({ header: { kid: f.issuer.unsuitable.symmetric.kid } }),
  ],
];

/** What else a header may say, and keys that are in the set and not for this. */
export const headerMembers = [
  ...tokenFamily('header: keys that come along', offered),
  ...tokenFamily('header: extensions', extensions),
  ...tokenFamily('header: typ', types),
  ...tokenFamily('keys of the set that are not for ES256', keys),
];
