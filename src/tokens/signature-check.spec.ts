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

  it('is made at once where checks come one after another, but for a probe now and then', async () => {
    const check = new SignatureCheck();
    let pooled = 0;
    for (let round = 0; round < 640; round++) {
      const verdict = check.check(good, publicKey);
      if (verdict instanceof Promise) pooled++;
      await verdict;
    }
    // Each probe is followed by nothing: no overlap was found.
    expect(pooled).toBe(10);
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
