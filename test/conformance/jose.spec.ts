import { CotterError } from '../../src/errors/cotter.error.js';
import { InvalidTokenError } from '../../src/errors/token.errors.js';
import { parseCompactJwt } from '../../src/tokens/compact-jwt.js';
import { SignatureCheck } from '../../src/tokens/signature-check.js';
import { StaticKeyProvider } from '../../src/tokens/static-key-provider.js';
import { TokenVerifier } from '../../src/tokens/token-verifier.js';
import { readVectors, type JoseGroup, type JoseVector } from './wycheproof.js';

const ISSUER = 'https://issuer.example';
const AUDIENCE = 'audience';

interface Case {
  readonly name: string;
  readonly group: JoseGroup;
  readonly vector: JoseVector;
  /** The token as it would stand in a header. */
  readonly text: string;
}

const files = ['json_web_signature', 'json_web_key', 'json_web_crypto'] as const;
const INVALID = 453;
const counts = { json_web_signature: 401, json_web_key: 26, json_web_crypto: 83 };

const cases = files.flatMap((file) =>
  readVectors<JoseGroup>(file).testGroups.flatMap((group) =>
    group.tests.map((vector): Case => {
      const token = vector.jws ?? vector.jwe;
      const text = typeof token === 'string' ? token : JSON.stringify(token);
      return { name: `${file} ${String(vector.tcId)} (${group.comment}: ${vector.comment})`, group, vector, text };
    }),
  ),
);

/** What the verifier of one issuer has for keys where the group's key is all that the issuer publishes. */
function keysOf({ public: published, private: secret }: JoseGroup): StaticKeyProvider {
  const key = published ?? secret;
  return new StaticKeyProvider('keys' in key ? key : { keys: [key] });
}

/**
 * The verdict on the JWS alone. The payloads are no JSON objects (most are `foo`), so a good payload stands in for them while the token
 * is taken apart; the signature is checked over the original.
 */
async function judge({ group, text }: Case): Promise<string> {
  const [header = '', payload = '', ...rest] = text.split('.');
  try {
    const standIn = [header, payload === '' ? '' : 'e30', ...rest].join('.');
    const jwt = parseCompactJwt(rest.length === 0 ? text : standIn);
    const key = keysOf(group).findKey(jwt.kid);
    if (key === null) return 'unknown_key';
    const signingInput = Buffer.from(`${header}.${payload}`, 'latin1');
    return (await new SignatureCheck().check({ ...jwt, signingInput }, key)) ? 'valid' : 'invalid_signature';
  } catch (error) {
    if (error instanceof InvalidTokenError) return error.code;
    throw error;
  }
}

/** Vectors that are valid to a library for everything, and why they are not to a verifier of ES256 access tokens. */
const refusedOnPurpose: readonly [reason: string, code: string, matches: (testCase: Case) => boolean][] = [
  ['any algorithm but ES256', 'unsupported_algorithm', ({ text }) => !['ES256', '?'].includes(algorithmOf(text))],
  ['a header with more in it than base64url', 'malformed_token', ({ text }) => /[^\w-]/.test(text.split('.')[0] ?? '')],
  ['encryption', 'malformed_token', ({ vector }) => vector.jwe !== undefined],
];

function algorithmOf(text: string): string {
  try {
    const header = JSON.parse(Buffer.from(text.split('.')[0] ?? '', 'base64url').toString()) as { alg: string };
    return header.alg;
  } catch {
    return '?';
  }
}

describe("Wycheproof's vectors for JSON Web Signatures and Keys", () => {
  it.each(files)('are all there: %s', (file) => {
    expect(readVectors<JoseGroup>(file).numberOfTests).toBe(counts[file]);
    expect(cases.filter(({ name }) => name.startsWith(`${file} `))).toHaveLength(counts[file]);
  });

  it('of ES256 are accepted where they are valid', async () => {
    const valid = cases.filter(({ vector, text }) => vector.result === 'valid' && algorithmOf(text) === 'ES256');
    // Twice "acceptsValid" and once "valid" among the special cases.
    expect(valid).toHaveLength(3);
    expect(await Promise.all(valid.map(judge))).toEqual(['valid', 'valid', 'valid']);
  });

  it('are refused where they are invalid', async () => {
    const invalid = cases.filter(({ vector }) => vector.result !== 'valid');
    expect(invalid.length).toBe(INVALID);
    const verdicts = await Promise.all(invalid.map(judge));
    expect(invalid.filter((_, index) => verdicts[index] === 'valid').map(({ name }) => name)).toEqual([]);
  });

  it('are refused for what is wrong with them, where they are of ES256 and well-formed', async () => {
    const ofEs256 = cases.filter(({ vector, text }) => vector.result === 'invalid' && algorithmOf(text) === 'ES256');
    const verdicts = await Promise.all(ofEs256.map(judge));
    const tally: Record<string, number> = {};
    for (const verdict of verdicts) tally[verdict] = (tally[verdict] ?? 0) + 1;
    // Keys for something else, off the curve or under another kid; numbers out of range; parts that are missing, and keys in the header.
    expect(tally).toEqual({ unknown_key: 10, invalid_signature: 27, malformed_token: 10 });
  });

  it('of other kinds are refused on purpose although they are valid', async () => {
    const others = cases.filter(({ vector, text }) => vector.result === 'valid' && algorithmOf(text) !== 'ES256');
    expect(others.length).toBe(54);
    const verdicts = await Promise.all(others.map(judge));
    const unexplained = others.filter((testCase, index) => {
      const why = refusedOnPurpose.findLast(([, , matches]) => matches(testCase));
      return why?.[1] !== verdicts[index];
    });
    expect(unexplained.map(({ name }) => name)).toEqual([]);
    for (const [reason, , matches] of refusedOnPurpose) expect([reason, others.some(matches)]).toEqual([reason, true]);
  });

  it('are no access tokens, not one of them, and no surprise to the verifier', async () => {
    const accepted: string[] = [];
    for (const testCase of cases) {
      const trusted = { issuer: ISSUER, audience: AUDIENCE, keys: keysOf(testCase.group) };
      const verifier = new TokenVerifier({ trustedIssuers: [trusted], clockToleranceSeconds: 5 });
      await verifier.verifyAccessToken(testCase.text).then(
        () => accepted.push(testCase.name),
        (error: unknown) => {
          expect(error).toBeInstanceOf(CotterError);
        },
      );
    }
    expect(accepted).toEqual([]);
  });
});
