import { generateKeyPairSync, type KeyObject } from 'node:crypto';

import { KeyProvider } from './key-provider.js';
import type { CotterPrincipal } from './principal.js';
import { VerifiedTokenCache } from './verified-token-cache.js';

const KID = 'kid';
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** One key, until it is taken away. */
class OneKey extends KeyProvider {
  key: KeyObject | undefined = publicKey;

  override peekKey(): KeyObject | undefined {
    return this.key;
  }

  override findKey(): KeyObject | null {
    return this.key ?? null;
  }
}

function tokenOf(number: number, payload = 'payload'): string {
  return `header.${payload}.${String(number).padStart(86, '0')}`;
}

function setUp(maxTokens = 10) {
  const keys = new OneKey();
  const cache = new VerifiedTokenCache(maxTokens);
  const add = (token: string, expiresAtMs = 1000): CotterPrincipal => {
    const principal = { subject: token } as CotterPrincipal;
    cache.add({ token, principal, expiresAtMs, kid: KID, key: publicKey, keys });
    return principal;
  };
  return { cache, keys, add };
}

describe('a verified token', () => {
  it('is known again, as the same principal', () => {
    const { cache, add } = setUp();
    const principal = add(tokenOf(1));
    expect(cache.find(tokenOf(1), 0)).toBe(principal);
    expect(cache.find(tokenOf(2), 0)).toBeNull();
  });

  it('is not taken for another one with the same signature', () => {
    const { cache, add } = setUp();
    const principal = add(tokenOf(1));
    expect(cache.find(tokenOf(1, 'another'), 0)).toBeNull();
    expect(cache.find(tokenOf(1), 0)).toBe(principal);
  });

  it('is good until it expires, to the millisecond', () => {
    const { cache, add } = setUp();
    add(tokenOf(1), 1000);
    expect(cache.find(tokenOf(1), 999)).not.toBeNull();
    expect(cache.find(tokenOf(1), 1000)).toBeNull();
    expect(cache.size).toBe(0);
  });

  it('falls with its key: gone, or replaced under the same kid', () => {
    for (const next of [undefined, generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey]) {
      const { cache, keys, add } = setUp();
      add(tokenOf(1));
      keys.key = next;
      expect(cache.find(tokenOf(1), 0)).toBeNull();
    }
  });
});

describe('more tokens than fit', () => {
  it('leave what was asked for since its last chance', () => {
    const { cache, add } = setUp(3);
    for (const number of [1, 2, 3]) add(tokenOf(number));
    cache.find(tokenOf(1), 0);
    cache.find(tokenOf(3), 0);
    add(tokenOf(4));
    expect([1, 2, 3, 4].map((number) => cache.find(tokenOf(number), 0) !== null)).toEqual([true, false, true, true]);
  });

  it('push out the ones that nobody asks for any more, also where all were in use once', () => {
    const { cache, add } = setUp(3);
    const kept = (...numbers: number[]): number[] =>
      numbers.filter((number) => cache.find(tokenOf(number), 0) !== null);
    for (const number of [1, 2, 3]) add(tokenOf(number));
    expect(kept(1, 2, 3)).toEqual([1, 2, 3]);
    // Nobody was idle, so the oldest goes, after everybody's chance was taken; and the next in turn after it.
    add(tokenOf(4));
    add(tokenOf(5));
    expect(kept(1, 2, 3, 4, 5)).toEqual([3, 4, 5]);
    for (let number = 6; number < 30; number++) {
      add(tokenOf(number));
      expect(kept(number)).toEqual([number]);
    }
    expect(kept(1, 2, 3, 4, 5)).toEqual([]);
    expect(cache.size).toBe(3);
  });

  it('never become more than that, however many pass, and the ones in use stay', () => {
    const { cache, add } = setUp(100);
    const inUse = Array.from({ length: 50 }, (_, index) => tokenOf(index));
    for (const token of inUse) add(token);
    for (let number = 1000; number < 20_000; number++) {
      add(tokenOf(number));
      if (number % 20 === 0) for (const token of inUse) cache.find(token, 0);
    }
    expect(cache.size).toBe(100);
    expect(inUse.filter((token) => cache.find(token, 0) !== null)).toHaveLength(50);
  });

  it('are all of them, where nothing is to be kept', () => {
    const { cache, add } = setUp(0);
    add(tokenOf(1));
    expect([cache.size, cache.find(tokenOf(1), 0)]).toEqual([0, null]);
  });

  it('replace themselves where they come again', () => {
    const { cache, add } = setUp(2);
    for (const number of [1, 1, 1, 2]) add(tokenOf(number));
    expect(cache.size).toBe(2);
    const principal = add(tokenOf(1));
    expect([cache.find(tokenOf(1), 0), cache.find(tokenOf(2), 0)?.subject]).toEqual([principal, tokenOf(2)]);
  });
});
