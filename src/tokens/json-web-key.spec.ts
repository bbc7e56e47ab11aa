import { parseVerificationKeys } from './json-web-key.js';
import { StaticKeyProvider } from './static-key-provider.js';

const X = '04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY';
const Y = 'UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw';
const good = { kty: 'EC', crv: 'P-256', x: X, y: Y, kid: 'kid' };
const read = { ...good, use: 'sig', alg: 'ES256' };

describe('a published key', () => {
  it('is read without anything that is not needed', () => {
    expect(parseVerificationKeys({ keys: [{ ...good, key_ops: ['verify'], x5c: ['MIIB'], more: 1 }] })).toEqual([read]);
    expect(parseVerificationKeys({ keys: [{ ...good, use: 'sig', alg: 'ES256' }] })).toEqual([read]);
  });

  it.each([
    ['null', null],
    ['text', 'key'],
    ['a private key', { ...good, d: 'secret' }],
    ['a symmetric key', { ...good, k: 'secret' }],
    ['another kind', { ...good, kty: 'RSA' }],
    ['another curve', { ...good, crv: 'P-384' }],
    ['another use', { ...good, use: 'enc' }],
    ['another algorithm', { ...good, alg: 'ES384' }],
    ['other operations', { ...good, key_ops: ['sign'] }],
    ['operations that are text', { ...good, key_ops: 'verify' }],
    ['no kid', { ...good, kid: undefined }],
    ['an empty kid', { ...good, kid: '' }],
    ['no x', { ...good, x: undefined }],
    ['no y', { ...good, y: undefined }],
    ['x in a list', { ...good, x: [X] }],
    ['y in a list', { ...good, y: [Y] }],
    ['x that is too short', { ...good, x: X.slice(1) }],
    ['x that is too long', { ...good, x: `A${X}` }],
    ['y that is too short', { ...good, y: Y.slice(1) }],
    ['y that is too long', { ...good, y: `${Y}A` }],
    ['y of another alphabet', { ...good, y: `+${Y.slice(1)}` }],
  ])('is skipped where it is %s', (_case, entry) => {
    expect(parseVerificationKeys({ keys: [entry, { ...good, kid: 'another' }] })).toEqual([
      { ...read, kid: 'another' },
    ]);
  });

  it.each([[null], [undefined], ['keys'], [[good]], [{}], [{ keys: null }], [{ keys: { 0: good, length: 1 } }]])(
    'is not found in %j',
    (body) => {
      expect(parseVerificationKeys(body)).toEqual([]);
    },
  );

  it('is used once where it is there twice, and not at all where two different ones have its kid', () => {
    const withOther = { ...good, x: Y };
    expect(parseVerificationKeys({ keys: [good, good, good] })).toEqual([read]);
    for (const keys of [
      [good, withOther],
      [good, { ...good, y: X }],
      [good, withOther, good],
      [good, good, withOther, good, good],
    ])
      expect(parseVerificationKeys({ keys })).toEqual([]);
  });
});

describe('keys that were handed over', () => {
  it('are found by their kid, as far as they are on the curve', () => {
    const keys = new StaticKeyProvider({ keys: [good, { ...good, kid: 'off-curve', y: X }] });
    expect(keys.size).toBe(1);
    expect(keys.peekKey('kid')?.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(keys.findKey('kid')).toBe(keys.peekKey('kid'));
    expect([keys.peekKey('off-curve'), keys.findKey('off-curve'), keys.findKey('')]).toEqual([undefined, null, null]);
  });
});
