import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import { HeldRenewals, type HeldRenewal } from './held-renewals.js';

const HOUR_MS = 3_600_000;

function tokens(accessToken: string, write = (): Promise<void> => Promise.reject(new Error('away'))): HeldRenewal {
  const all: OAuthTokens = {
    accessToken,
    idToken: null,
    refreshToken: null,
    expiresIn: 3600,
    tokenType: 'Bearer',
    authMethod: 'OTP',
  };
  return { tokens: all, claimId: `claim of ${accessToken}`, family: 'first', write };
}

describe('held renewals', () => {
  let nowMs = 0;
  const held = () => new HeldRenewals(() => nowMs);

  it('are found for an hour', () => {
    const renewals = held();
    renewals.hold('a', tokens('one'));
    nowMs += HOUR_MS - 1;
    expect(renewals.find('a')?.tokens.accessToken).toBe('one');
    expect(renewals.find('b')).toBeNull();
    nowMs += 1;
    expect(renewals.find('a')).toBeNull();
  });

  it('keep their time and their tokens when they are held again', () => {
    const renewals = held();
    renewals.hold('a', tokens('one'));
    nowMs += HOUR_MS / 2;
    renewals.hold('a', tokens('two'));
    expect(renewals.find('a')?.tokens.accessToken).toBe('one');
    nowMs += HOUR_MS / 2;
    expect(renewals.find('a')).toBeNull();
  });

  it('are a thousand at most: the oldest go', () => {
    const renewals = held();
    for (let index = 0; index < 1_001; index++) renewals.hold(String(index), tokens(String(index)));
    expect(renewals.find('0')).toBeNull();
    expect(renewals.find('1')?.tokens.accessToken).toBe('1');
    expect(renewals.find('1000')?.tokens.accessToken).toBe('1000');
  });

  it('can be dropped', () => {
    const renewals = held();
    renewals.hold('a', tokens('one'));
    renewals.drop('a');
    expect(renewals.find('a')).toBeNull();
  });

  it('are written down by themselves as soon as that can be done, and found no more', async () => {
    jest.useFakeTimers();
    try {
      const renewals = held();
      let isAway = true;
      const written: string[] = [];
      for (const name of ['a', 'b']) {
        const write = (): Promise<void> => {
          if (isAway) return Promise.reject(new Error('away'));
          written.push(name);
          return Promise.resolve();
        };
        renewals.hold(name, tokens(name, write));
      }
      await jest.advanceTimersByTimeAsync(5_000);
      expect([written, renewals.find('a')?.tokens.accessToken]).toEqual([[], 'a']);
      isAway = false;
      await jest.advanceTimersByTimeAsync(1_000);
      expect([written, renewals.find('a'), renewals.find('b')]).toEqual([['a', 'b'], null, null]);
      expect(jest.getTimerCount()).toBe(0);
    } finally {
      jest.useRealTimers();
    }
  });
});
