import { hashRefreshToken, openTokens, sealTokens } from './sealed-tokens.js';

const tokens = {
  accessToken: 'access',
  idToken: null,
  refreshToken: 'next',
  expiresIn: 3600,
  tokenType: 'Bearer' as const,
  authMethod: 'OTP',
};

function seal(token: string, purpose: 'result' | 'held' = 'result'): string {
  const sealed = sealTokens(tokens, token, purpose);
  if (sealed === null) throw new Error('too large');
  return sealed;
}

describe('sealed tokens', () => {
  it('are opened by the token that was spent for them', () => {
    expect(openTokens(seal('old'), 'old', 'result')).toEqual(tokens);
  });

  it('show nothing of themselves, and never look the same', () => {
    const [one, two] = [seal('old'), seal('old')];
    expect(one).not.toBe(two);
    for (const text of [one, Buffer.from(one, 'base64url').toString('latin1')]) expect(text).not.toMatch(/access|next/);
  });

  it('are not opened by the hash of that token, by another token, or for another purpose', () => {
    const sealed = seal('old');
    const hash = hashRefreshToken('old');
    for (const key of [hash, Buffer.from(hash, 'hex').toString('latin1'), 'new', '', 'next']) {
      expect(() => openTokens(sealed, key, 'result')).toThrow();
    }
    expect(() => openTokens(sealed, 'old', 'held')).toThrow();
  });

  it('are not opened where a single bit of them was changed, or a part is missing', () => {
    const bytes = Buffer.from(seal('old'), 'base64url');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => openTokens(changed.toString('base64url'), 'old', 'result')).toThrow();
    }
    for (const length of [0, 10, 30, bytes.length - 1]) {
      expect(() => openTokens(bytes.subarray(0, length).toString('base64url'), 'old', 'result')).toThrow();
    }
  });

  it('are as long as a text column of MySQL takes, at most', () => {
    expect(sealTokens({ ...tokens, idToken: 'x'.repeat(40_000) }, 'old', 'result')?.length).toBeLessThan(60_001);
    expect(sealTokens({ ...tokens, idToken: 'x'.repeat(50_000) }, 'old', 'result')).toBeNull();
  });

  it('stand beside a hash of 64 lower-case digits', () => {
    expect(hashRefreshToken('old')).toMatch(/^[0-9a-f]{64}$/);
    expect(hashRefreshToken('old')).not.toBe(hashRefreshToken('Old'));
  });
});
