import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';

import { StaticKeyProvider } from '../../src/tokens/static-key-provider.js';
import { createVerifier, goodClaims, goodHeader, signTexts, verdictOf } from '../fixtures/token-mint.js';

interface Pair {
  readonly jwk: JsonWebKey & { readonly x: string; readonly y: string };
  readonly privateKey: KeyObject;
}

const KID = 'kid';
const pair = createPair();

function createPair(): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { jwk: publicKey.export({ format: 'jwk' }) as Pair['jwk'], privateKey };
}

/** Keys are cheap: new ones until one has what it takes. */
function createPairWhere(holds: (pair: Pair) => boolean): Pair {
  for (;;) {
    const candidate = createPair();
    if (holds(candidate)) return candidate;
  }
}

/** Whether a token of this key is accepted where the issuer publishes it with these members. */
async function verdict(members: Readonly<Record<string, unknown>>, { jwk, privateKey }: Pair = pair): Promise<string> {
  const keys = new StaticKeyProvider({ keys: [{ ...jwk, kid: KID, ...members }] });
  const verifier = createVerifier({ trustedIssuers: [{ issuer: goodClaims.iss, audience: goodClaims.aud, keys }] });
  return verdictOf(verifier.verifyAccessToken(sign(privateKey)));
}

function sign(privateKey: KeyObject): string {
  return signTexts(JSON.stringify({ ...goodHeader, kid: KID }), JSON.stringify(goodClaims), privateKey);
}

describe('RFC 7517, JSON Web Key', () => {
  it('4, "Additional members can be present in the JWK; if not understood [...], they MUST be ignored"', async () => {
    const members = {
      x5c: ['MIIB'],
      x5t: 'abc',
      x5u: 'https://evil.example',
      exp: 1,
      'https://example.com/x': {},
      n: 'AQAB',
    };
    expect(await verdict(members)).toBe('accepted');
  });

  describe.each([
    ['4.1, "The kty value is a case-sensitive string"', { kty: 'ec' }],
    ['4.1, "This member MUST be present in a JWK"', { kty: undefined }],
    ['4.2, use: sig, and "The use value is a case-sensitive string"', { use: 'SIG' }],
    ['4.2, use: "enc (encryption)"', { use: 'enc' }],
    ['4.2, use that is no string', { use: ['sig'] }],
    ['4.3, key_ops: "Its value is an array of key operation values"', { key_ops: 'verify' }],
    ['4.3, key_ops: "case-sensitive strings"', { key_ops: ['Verify'] }],
    ['4.3, key_ops without "verify (verify digital signature or MAC)"', { key_ops: ['sign', 'deriveKey'] }],
    ['4.3, key_ops that is empty', { key_ops: [] }],
    [
      '4.3, use and key_ops, which "SHOULD NOT be used together": both must allow it',
      { use: 'sig', key_ops: ['encrypt'] },
    ],
    ['4.3, use and key_ops, the other way round', { use: 'enc', key_ops: ['verify'] }],
    ['4.4, "The alg value is a case-sensitive ASCII string"', { alg: 'es256' }],
    ['4.4, another algorithm on the same curve', { alg: 'ECDH-ES' }],
    ['4.5, "The kid value is a case-sensitive string"', { kid: KID.toUpperCase() }],
    ['4.5, a kid that is no string', { kid: [KID] }],
    ['4.5, no kid, by which a token could name it', { kid: undefined }],
    ['RFC 7518, 6.2.1.1, "P-256", in another case', { crv: 'p-256' }],
    ['RFC 7518, 6.2.1.1, secp256k1, which has coordinates of the same size', { crv: 'secp256k1' }],
    ['RFC 7518, 6.2.1.2, no x', { x: undefined }],
    ['RFC 7518, 6.2.1, "MUST also be present for Elliptic Curve public keys": no y', { y: undefined }],
    ['RFC 7518, 6.2.2.1, a key with the private d', { d: 'AQAB' }],
  ])('%s', (_clause, members) => {
    it('leaves the key unused', async () => {
      expect(await verdict(members)).toBe('unknown_key');
    });
  });

  it.each([
    ['4.2, use and alg are optional', {}],
    ['4.2, use: "sig (signature)"', { use: 'sig' }],
    ['4.3, verify among other operations', { key_ops: ['sign', 'verify'] }],
    ['4.4, alg: ES256', { alg: 'ES256' }],
  ])('%s: uses the key', async (_clause, members) => {
    expect(await verdict(members)).toBe('accepted');
  });

  it('5, "SHOULD ignore JWKs within a JWK Set [...] that are missing required members"', async () => {
    const others = ['kty', 'crv', 'x', 'y', 'kid'].map((name) => ({ ...pair.jwk, kid: 'other', [name]: undefined }));
    const keys = new StaticKeyProvider({ keys: [...others, null, 'key', { ...pair.jwk, kid: KID }], also: 'this' });
    const verifier = createVerifier({ trustedIssuers: [{ issuer: goodClaims.iss, audience: goodClaims.aud, keys }] });
    expect(keys.size).toBe(1);
    expect(await verdictOf(verifier.verifyAccessToken(sign(pair.privateKey)))).toBe('accepted');
  });
});

describe('RFC 7518, JSON Web Algorithms', () => {
  const stripped = (coordinate: string): string =>
    Buffer.from(coordinate, 'base64url').subarray(1).toString('base64url');
  const startsWithZero = (text: string): boolean => Buffer.from(text, 'base64url')[0] === 0;

  it.each(['x', 'y'] as const)(
    '6.2.1, %s: "The length of this octet string MUST be the full size of a coordinate"',
    async (name) => {
      const small = createPairWhere(({ jwk }) => startsWithZero(jwk[name]));
      expect(await verdict({}, small)).toBe('accepted');
      expect(await verdict({ [name]: stripped(small.jwk[name]) }, small)).toBe('unknown_key');
      expect(await verdict({ [name]: `AA${pair.jwk[name]}` })).toBe('unknown_key');
      expect(await verdict({ [name]: `${pair.jwk[name]}=` })).toBe('unknown_key');
      expect(await verdict({ [name]: pair.jwk[name].slice(1) + '+' })).toBe('unknown_key');
    },
  );

  it.each([
    ['R', 0],
    ['S', 32],
  ])('3.4, "The JWS Signature value MUST be a 64-octet sequence", also where %s is small', async (_name, at) => {
    const split = (token: string): [string, Buffer] => {
      const end = token.lastIndexOf('.') + 1;
      return [token.slice(0, end), Buffer.from(token.slice(end), 'base64url')];
    };
    let token = sign(pair.privateKey);
    while (split(token)[1][at] !== 0) token = sign(pair.privateKey);
    const keys = new StaticKeyProvider({ keys: [{ ...pair.jwk, kid: KID }] });
    const verifier = createVerifier({ trustedIssuers: [{ issuer: goodClaims.iss, audience: goodClaims.aud, keys }] });
    const [input, signature] = split(token);
    const shorter = Buffer.concat([signature.subarray(0, at), signature.subarray(at + 1)]);
    expect(await verdictOf(verifier.verifyAccessToken(input + shorter.toString('base64url')))).toBe(
      'invalid_signature',
    );
    expect(await verdictOf(verifier.verifyAccessToken(token))).toBe('accepted');
  });
});
