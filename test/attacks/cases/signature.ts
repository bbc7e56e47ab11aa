import { createHash, randomBytes, sign } from 'node:crypto';

import { tokenFamily, type TokenRow } from '../attack.js';
import { encode, type Forge } from '../forge.js';
import { CURVE_ORDER, rAndS, toBytes } from './curve.js';

const INVALID = 'invalid_signature';
const MALFORMED = 'malformed_token';

/** The good token with other numbers for R and S. */
const numbers = (change: (r: bigint, s: bigint) => readonly [bigint, bigint]) => (forge: Forge) => {
  const { r, s } = rAndS(forge.parts().signature);
  return forge.resigned(Buffer.concat(change(r, s).map(toBytes)));
};
/** The good token with other bytes for a signature. */
const bytes = (change: (signature: Buffer, forge: Forge) => Buffer) => (forge: Forge) =>
  forge.resigned(change(Buffer.from(forge.parts().signature, 'base64url'), forge));
const fixed = (r: bigint, s: bigint) => numbers(() => [r, s]);

const n = CURVE_ORDER;

const ranges: TokenRow[] = [
  ['r and s of zero', 'forges what old libraries let pass for any message', INVALID, fixed(0n, 0n)],
  ['r of zero', 'leaves the range of r', INVALID, numbers((_, s) => [0n, s])],
  ['s of zero', 'leaves the range of s', INVALID, numbers((r) => [r, 0n])],
  ['r and s of one', 'tries the smallest signature', INVALID, fixed(1n, 1n)],
  ['r of n', 'leaves the range of r', INVALID, numbers((_, s) => [n, s])],
  ['s of n', 'leaves the range of s', INVALID, numbers((r) => [r, n])],
  ['r and s of n', 'leaves both ranges', INVALID, fixed(n, n)],
  ['r of n + 1', 'leaves the range of r', INVALID, numbers((_, s) => [n + 1n, s])],
  ['s of n + 1', 'leaves the range of s', INVALID, numbers((r) => [r, n + 1n])],
  ['r of n - 1', 'tries the end of the range', INVALID, numbers((_, s) => [n - 1n, s])],
  ['s of n - 1', 'tries the end of the range', INVALID, numbers((r) => [r, n - 1n])],
  ['the largest numbers', 'fills all bits', INVALID, bytes(() => Buffer.alloc(64, 0xff))],
  ['r doubled', 'adds r to itself', INVALID, numbers((r, s) => [(r * 2n) % n, s])],
  ['n - r', 'negates the wrong one of the two', INVALID, numbers((r, s) => [n - r, s])],
  ['r and s swapped', 'changes their order', INVALID, numbers((r, s) => [s, r])],
  ['r twice', 'uses r for s', INVALID, numbers((r) => [r, r])],
];

const forms: TokenRow[] = [
  ['DER', 'writes the signature as ASN.1', INVALID, der],
  ['truncated by a byte', 'cuts the last byte off', INVALID, bytes((signature) => signature.subarray(0, 63))],
  ['half a signature', 'sends r alone', INVALID, bytes((signature) => signature.subarray(0, 32))],
  ['one byte', 'sends a single byte', INVALID, bytes((signature) => signature.subarray(0, 1))],
  [
    'extended by a byte',
    'adds a zero behind',
    INVALID,
    bytes((signature) => Buffer.concat([signature, Buffer.alloc(1)])),
  ],
  [
    'extended in front',
    'adds a zero before',
    INVALID,
    bytes((signature) => Buffer.concat([Buffer.alloc(1), signature])),
  ],
  ['doubled', 'sends the signature twice', INVALID, bytes((signature) => Buffer.concat([signature, signature]))],
  [
    'padded numbers',
    'writes r and s in 33 bytes each, as signed integers',
    INVALID,
    bytes((signature) =>
      Buffer.concat([Buffer.alloc(1), signature.subarray(0, 32), Buffer.alloc(1), signature.subarray(32)]),
    ),
  ],
  [
    'little endian',
    'turns the bytes of r and s around',
    INVALID,
    bytes((signature) =>
      Buffer.concat([Buffer.from(signature.subarray(0, 32)).reverse(), Buffer.from(signature.subarray(32)).reverse()]),
    ),
  ],
  [
    'hexadecimal',
    'writes the signature in hexadecimal digits',
    INVALID,
    bytes((signature) => Buffer.from(signature.toString('hex'))),
  ],
  ['encoded twice', 'encodes what is encoded', INVALID, (f) => f.resigned(encode(f.parts().signature))],
  ['random bytes', 'guesses', INVALID, bytes(() => randomBytes(64))],
  ['the first bit flipped', 'changes the signature by one bit', INVALID, bytes(flip(0))],
  ['the last bit flipped', 'changes the signature by one bit', INVALID, bytes(flip(63))],
  ['a signature of 4000 bytes', 'has the server check something long', INVALID, bytes(() => randomBytes(4000))],
];

const keysAndInputs: TokenRow[] = [
  [
    "the attacker's key",
    'signs under the kid of a real key',
    INVALID,
    (f) => f.token({ key: f.issuer.rogueKey.privateKey }),
  ],
  [
    'another key of the issuer',
    'signs with one published key under the kid of another',
    INVALID,
    (f) => f.token({ key: f.issuer.secondKey.privateKey }),
  ],
  [
    'the kid of another key',
    'names another published key than the one that signed',
    INVALID,
    (f) => f.token({ header: { kid: f.issuer.secondKey.kid } }),
  ],
  [
    "the attacker's kid",
    "names the attacker's key",
    'unknown_key',
    (f) => f.token({ header: { kid: f.issuer.rogueKey.kid }, key: f.issuer.rogueKey.privateKey }),
  ],
  ['SHA-384', 'hashes with another function', INVALID, (f) => f.token({ digest: 'sha384' })],
  ['SHA-512', 'hashes with another function', INVALID, (f) => f.token({ digest: 'sha512' })],
  ['SHA-1', 'hashes with a broken function', INVALID, (f) => f.token({ digest: 'sha1' })],
  ['the payload alone', 'signs the payload without the header', INVALID, signatureOver(({ payload }) => payload)],
  ['the header alone', 'signs the header without the payload', INVALID, signatureOver(({ header }) => header)],
  ['no dot', 'signs the parts without the dot', INVALID, signatureOver(({ header, payload }) => header + payload)],
  [
    'the parts turned around',
    'signs payload before header',
    INVALID,
    signatureOver(({ header, payload }) => `${payload}.${header}`),
  ],
  [
    'the decoded parts',
    'signs what the parts encode',
    INVALID,
    signatureOver(({ header, payload }) => `${decode(header)}.${decode(payload)}`),
  ],
  ['a hash of the input', 'signs the hash instead of the input', INVALID, (f) => hashed(f)],
  [
    'the signature of another token',
    'takes it from a good token of the same person',
    INVALID,
    (f) => f.resigned(lastPart(f.token({ claims: { jti: 'another' } }))),
  ],
  ['another subject', 'changes who the good token is about', INVALID, (f) => tampered(f, { sub: 'admin' })],
  ['a later expiry', 'changes when the good token ends', INVALID, (f) => tampered(f, { exp: 9_999_999_999 })],
  [
    'another identifier',
    'changes the address in the good token',
    INVALID,
    (f) => tampered(f, { identifier: 'victim@attacks.example' }),
  ],
  ['more scope', 'changes what the good token allows', INVALID, (f) => tampered(f, { scope: 'access admin' })],
  ['the same claims in another order', 'changes the bytes and not the meaning', INVALID, reordered],
  ['the same claims with white space', 'changes the bytes and not the meaning', INVALID, spaced],
  ['another header', 'changes typ in the good token', INVALID, (f) => withHeader(f, f.header({ typ: 'at+jwt' }))],
  [
    'a header without typ',
    'takes typ out of the good token',
    INVALID,
    (f) => withHeader(f, f.header({ typ: undefined })),
  ],
  [
    'a header with one member more',
    'adds to the header of the good token',
    INVALID,
    (f) => withHeader(f, f.header({ x: 1 })),
  ],
  [
    'the first character in another case',
    'changes one letter of the payload',
    MALFORMED,
    (f) => f.good.replace('.e', '.E'),
  ],
];

/** The signature: its numbers, its form, its key, and what it is over. */
export const signature = [
  ...tokenFamily('signature: numbers', ranges),
  ...tokenFamily('signature: form', forms),
  ...tokenFamily('signature: key and input', keysAndInputs),
];

function der(forge: Forge): string {
  const { header, payload } = forge.parts();
  return forge.resigned(sign('sha256', Buffer.from(`${header}.${payload}`), forge.issuer.key.privateKey));
}

function flip(index: number): (signature: Buffer) => Buffer {
  return (original) => original.map((byte, at) => (at === index ? byte ^ 1 : byte)) as Buffer;
}

function signatureOver(input: (parts: ReturnType<Forge['parts']>) => string): (forge: Forge) => string {
  return (forge) => forge.resigned(forge.signatureOf(input(forge.parts())));
}

function hashed(forge: Forge): string {
  const { header, payload } = forge.parts();
  const hash = createHash('sha256').update(`${header}.${payload}`).digest();
  return forge.resigned(forge.signatureOf(hash.toString('latin1')));
}

function goodClaims(forge: Forge): Record<string, unknown> {
  return JSON.parse(decode(forge.parts().payload)) as Record<string, unknown>;
}

function withPayload(forge: Forge, json: string): string {
  const { header, signature: original } = forge.parts();
  return `${header}.${encode(json)}.${original}`;
}

function tampered(forge: Forge, claims: Readonly<Record<string, unknown>>): string {
  return withPayload(forge, JSON.stringify({ ...goodClaims(forge), ...claims }));
}

function reordered(forge: Forge): string {
  return withPayload(forge, JSON.stringify(Object.fromEntries(Object.entries(goodClaims(forge)).reverse())));
}

function spaced(forge: Forge): string {
  return withPayload(forge, JSON.stringify(goodClaims(forge), null, 1));
}

function withHeader(forge: Forge, header: Readonly<Record<string, unknown>>): string {
  const { payload, signature: original } = forge.parts();
  return `${encode(JSON.stringify(header))}.${payload}.${original}`;
}

function decode(part: string): string {
  return Buffer.from(part, 'base64url').toString('utf8');
}

function lastPart(token: string): string {
  return token.slice(token.lastIndexOf('.') + 1);
}
