import type { KeyObject } from 'node:crypto';

import type { CompactJwt } from '../../src/tokens/compact-jwt.js';
import { SignatureCheck } from '../../src/tokens/signature-check.js';
import { StaticKeyProvider } from '../../src/tokens/static-key-provider.js';
import { readVectors, type SignatureGroup, type SignatureVector } from './wycheproof.js';

/** More than the interval of the probes of {@link SignatureCheck}: among so many checks, one is made in the thread pool. */
const CHECKS_UNTIL_POOL = 200;

interface Case {
  readonly name: string;
  readonly valid: boolean;
  readonly jwt: CompactJwt;
  readonly key: KeyObject;
}

const file = readVectors<SignatureGroup>('ecdsa_secp256r1_sha256_p1363');
const cases = file.testGroups.flatMap((group) => {
  const key = keyOf(group);
  return group.tests.map((vector): Case => ({
    name: nameOf(vector),
    valid: vector.result === 'valid',
    ...of(vector),
    key,
  }));
});

function of({ msg, sig }: SignatureVector): { jwt: CompactJwt } {
  const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
  return { jwt: { kid: 'kid', claims: {}, signingInput: bytes(msg), signature: bytes(sig) } };
}

function nameOf({ tcId, comment, result }: SignatureVector): string {
  return `${String(tcId)} (${comment}): ${result}`;
}

/** By the way that the keys of a published set go, so that keys at the edges are read right too. */
function keyOf({ publicKey: { wx, wy } }: SignatureGroup): KeyObject {
  const [x, y] = [wx, wy].map((hex) => Buffer.from(hex.padStart(64, '0').slice(-64), 'hex').toString('base64url'));
  const key = new StaticKeyProvider({ keys: [{ kty: 'EC', crv: 'P-256', kid: 'kid', x, y }] }).findKey('kid');
  if (key === null) throw new Error(`not read as a key: ${wx}, ${wy}`);
  return key;
}

/** A check that goes to the thread pool for as long as something is under way there. */
function inThreadPool(): SignatureCheck {
  const check = new SignatureCheck();
  const [{ jwt, key }] = cases as [Case];
  for (let round = 0; round < CHECKS_UNTIL_POOL; round++) if (check.check(jwt, key) instanceof Promise) return check;
  throw new Error('no check was made in the thread pool');
}

describe("Wycheproof's vectors for ECDSA with P-256, SHA-256 and signatures of R and S", () => {
  it('are all there', () => {
    expect(file.numberOfTests).toBe(262);
    expect(cases).toHaveLength(262);
    expect(cases.filter(({ valid }) => valid)).toHaveLength(173);
    expect(file.testGroups.every(({ publicKey }) => publicKey.curve === 'secp256r1')).toBe(true);
  });

  it('are told apart on the event loop', () => {
    const verdicts = cases.map(({ jwt, key }) => new SignatureCheck().check(jwt, key));
    expect(verdicts.every((verdict) => typeof verdict === 'boolean')).toBe(true);
    expect(cases.filter(({ valid }, index) => verdicts[index] !== valid).map(({ name }) => name)).toEqual([]);
  });

  it('are told apart in the thread pool', async () => {
    const check = inThreadPool();
    const running = cases.map(({ jwt, key }) => check.check(jwt, key));
    expect(running.every((verdict) => verdict instanceof Promise)).toBe(true);
    const verdicts = await Promise.all(running.map(async (verdict) => verdict));
    expect(cases.filter(({ valid }, index) => verdicts[index] !== valid).map(({ name }) => name)).toEqual([]);
  });
});
