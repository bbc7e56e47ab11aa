import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import type { CompactJwt } from './compact-jwt.js';
import { SignatureCheck } from './signature-check.js';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signingInput = Buffer.from('header.payload');
const good: CompactJwt = {
  kid: 'kid',
  claims: {},
  signingInput,
  signature: sign('sha256', signingInput, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
};
const bad: CompactJwt = { ...good, signingInput: Buffer.from('header.other') };

describe('the check of a signature', () => {
  it('says the same at once and from the thread pool', async () => {
    const check = new SignatureCheck();
    for (let round = 0; round < 300; round++) {
      expect([await check.check(good, publicKey), await check.check(bad, publicKey)]).toEqual([true, false]);
    }
  });

  /** Which of so many checks, one after another, were made in the thread pool. */
  async function pooledOf(check: SignatureCheck, count: number): Promise<number[]> {
    const pooled: number[] = [];
    for (let round = 1; round <= count; round++) {
      const verdict = check.check(good, publicKey);
      if (verdict instanceof Promise) pooled.push(round);
      expect(await verdict).toBe(true);
    }
    return pooled;
  }

  it('is made at once where checks come one after another, but for a probe now and then, and ever less often', async () => {
    // Each probe is followed by nothing: no overlap was found.
    expect(await pooledOf(new SignatureCheck(), 4100)).toEqual([64, 192, 448, 960, 1984, 3008, 4032]);
  });

  it('is probed often again once overlap was found', async () => {
    const check = new SignatureCheck();
    expect(await pooledOf(check, 500)).toEqual([64, 192, 448]);
    await Promise.all(Array.from({ length: 600 }, async () => check.check(good, publicKey)));
    const pooled = await pooledOf(check, 16 + 64 + 128);
    expect(pooled.filter((round) => round > 16)).toEqual([16 + 64, 16 + 64 + 128]);
  });

  it('goes to the thread pool where they overlap, and comes back when they no longer do', async () => {
    const check = new SignatureCheck();
    const burst = (): (boolean | Promise<boolean>)[] => Array.from({ length: 200 }, () => check.check(good, publicKey));
    await Promise.all(burst().map(async (verdict) => verdict));
    const verdicts = burst();
    expect(verdicts.filter((verdict) => verdict instanceof Promise).length).toBeGreaterThan(190);
    await Promise.all(verdicts.map(async (verdict) => verdict));
    let last: boolean | Promise<boolean> = false;
    for (let round = 0; round < 20; round++) await (last = check.check(good, publicKey));
    expect(last).toBe(true);
  });

  it('takes sixteen idle arrivals to come back, and then stays', async () => {
    const check = new SignatureCheck();
    // The probe comes after at most 64, and what follows at once meets it.
    await Promise.all(Array.from({ length: 100 }, async () => check.check(good, publicKey)));
    const pooled: boolean[] = [];
    for (let round = 0; round < 46; round++) {
      const verdict = check.check(good, publicKey);
      pooled.push(verdict instanceof Promise);
      expect(await verdict).toBe(true);
    }
    expect(pooled.indexOf(false)).toBe(15);
    expect(pooled.lastIndexOf(true)).toBe(14);
  });

  it('fails where the key is of another kind, and goes on with the next', async () => {
    const check = new SignatureCheck();
    const unusable = generateKeyPairSync('x25519').publicKey;
    const burst = Array.from({ length: 100 }, () => check.check(good, publicKey));
    await expect(check.check(good, unusable)).rejects.toThrow();
    await Promise.all(burst.map(async (verdict) => verdict));
    for (let round = 0; round < 20; round++) expect(await check.check(good, publicKey)).toBe(true);
    expect(check.check(good, publicKey)).toBe(true);
  });

  it('fails by its promise where the key is none at all, and the others of the same turn go on', async () => {
    const check = new SignatureCheck();
    await Promise.all(Array.from({ length: 100 }, async () => check.check(good, publicKey)));
    const none = {} as KeyObject;
    const turn = [check.check(good, none), check.check(good, publicKey), check.check(bad, publicKey)];
    expect(turn.map((verdict) => verdict instanceof Promise)).toEqual([true, true, true]);
    const outcomes = await Promise.allSettled(turn.map(async (verdict) => verdict));
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.status))).toEqual([
      'rejected',
      true,
      false,
    ]);
    for (let round = 0; round < 20; round++) expect(await check.check(good, publicKey)).toBe(true);
    expect(check.check(good, publicKey)).toBe(true);
  });
});
