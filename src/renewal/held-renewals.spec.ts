import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import { HeldRenewals, type HeldRenewal } from './held-renewals.js';

function tokens(accessToken: string): HeldRenewal {
  const all: OAuthTokens = {
    accessToken,
    idToken: null,
    refreshToken: null,
    expiresIn: 3600,
    tokenType: 'Bearer',
    authMethod: 'OTP',
  };
  return { tokens: all, claimId: `claim of ${accessToken}` };
}

describe('held renewals', () => {
  let nowMs = 0;
  const held = () => new HeldRenewals(() => nowMs);

  it('are found for a minute', () => {
    const renewals = held();
    renewals.hold('a', tokens('one'));
    nowMs += 59_999;
    expect(renewals.find('a')?.tokens.accessToken).toBe('one');
    expect(renewals.find('b')).toBeNull();
    nowMs += 1;
    expect(renewals.find('a')).toBeNull();
  });

  it('keep their time and their tokens when they are held again', () => {
    const renewals = held();
    renewals.hold('a', tokens('one'));
    nowMs += 30_000;
    renewals.hold('a', tokens('two'));
    expect(renewals.find('a')?.tokens.accessToken).toBe('one');
    nowMs += 30_000;
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
});
