import fc from 'fast-check';

import { createVerifier, decode, mint, verdictOf } from '../fixtures/token-mint.js';
import { anyMixture, anyMutations } from './mutations.js';
import { runs, TIMEOUT_MS } from './runs.js';

jest.setTimeout(TIMEOUT_MS);

const CURVE_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Good tokens of every length modulo three, so that each part ends in no, two and four unused bits. */
const goodTokens = Array.from({ length: 9 }, (_, index) =>
  mint({ jti: `${String(index)}${'x'.repeat(index)}` }, { typ: index % 2 === 0 ? 'JWT' : 'at+jwt' }),
);
const anyGoodToken = fc.constantFrom(...goodTokens);

/** Knows every good token. */
const warm = createVerifier();
const cold = createVerifier({ maxCachedTokens: 0 });

beforeAll(async () => {
  for (const token of goodTokens) await warm.verifyAccessToken(token);
});

/** Refused by a verifier that knows the good tokens, and by one that knows none, for the same reason. */
async function expectRefused(token: string): Promise<void> {
  expect(warm.findVerified(token)).toBeNull();
  const verdicts = [await verdictOf(warm.verifyAccessToken(token)), await verdictOf(cold.verifyAccessToken(token))];
  expect(verdicts).not.toContain('accepted');
  expect(verdicts[0]).toBe(verdicts[1]);
}

describe('a good token', () => {
  it('is accepted as it stands', () => {
    for (const token of goodTokens) expect(warm.findVerified(token)).not.toBeNull();
  });

  it('is refused once anything in it was changed', async () => {
    await fc.assert(
      fc.asyncProperty(anyGoodToken, anyMutations, async (token, mutate) => {
        const mutated = mutate(token);
        fc.pre(!goodTokens.includes(mutated));
        await expectRefused(mutated);
      }),
      runs(6_000),
    );
  });

  it('is refused once a single bit of it was flipped: all of them, one by one', async () => {
    const [token = ''] = goodTokens;
    const accepted: number[] = [];
    for (let bit = 0; bit < token.length * 8; bit++) {
      const index = bit >> 3;
      const flipped = String.fromCharCode(token.charCodeAt(index) ^ (1 << (bit & 7)));
      const mutated = token.slice(0, index) + flipped + token.slice(index + 1);
      if ((await verdictOf(warm.verifyAccessToken(mutated))) === 'accepted') accepted.push(bit);
    }
    expect(accepted).toEqual([]);
  });

  it('is refused once it has a part of another good token', async () => {
    await fc.assert(
      fc.asyncProperty(anyGoodToken, anyGoodToken, anyMixture, async (first, second, mix) => {
        const mixed = mix(first, second);
        fc.pre(!goodTokens.includes(mixed));
        await expectRefused(mixed);
      }),
      runs(300),
    );
  });

  it('has one spelling: what decodes to the same bytes is refused', async () => {
    let spellings = 0;
    for (const token of goodTokens) {
      const parts = token.split('.');
      for (const [index, part] of parts.entries()) {
        const others = [...BASE64_URL]
          .map((last) => part.slice(0, -1) + last)
          .filter((other) => other !== part && decode(other).equals(decode(part)));
        for (const other of others) {
          const respelled = parts.with(index, other).join('.');
          expect(await verdictOf(warm.verifyAccessToken(respelled))).toBe('malformed_token');
          spellings++;
        }
      }
    }
    // 15 for each signature alone.
    expect(spellings).toBeGreaterThan(9 * 15);
  });

  it('has one sister that is right, by the nature of ECDSA: S turned to n - S', async () => {
    for (const token of goodTokens) {
      const [header, payload, signature = ''] = token.split('.');
      const s = BigInt(`0x${decode(signature).toString('hex').slice(64)}`);
      const turned = Buffer.from((CURVE_ORDER - s).toString(16).padStart(64, '0'), 'hex');
      const sister = Buffer.concat([decode(signature).subarray(0, 32), turned]).toString('base64url');
      expect(await verdictOf(cold.verifyAccessToken([header, payload, sister].join('.')))).toBe('accepted');
    }
  });
});
