import fc, { type Arbitrary } from 'fast-check';

import { StaticKeyProvider } from '../../src/tokens/static-key-provider.js';
import {
  AUDIENCE,
  createVerifier,
  encode,
  goodClaims,
  goodHeader,
  ISSUER,
  mint,
  NOW_SECONDS,
  signTexts,
  TOLERANCE_SECONDS,
  verdictOf,
} from '../fixtures/token-mint.js';
import { runs, TIMEOUT_MS } from './runs.js';

jest.setTimeout(TIMEOUT_MS);

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }), fc.base64String());
const anyMembers = fc.dictionary(
  fc.oneof(fc.constantFrom(...Object.keys(goodHeader), ...Object.keys(goodClaims), 'nbf', '__proto__'), fc.string()),
  fc.jsonValue(),
);
/** A part that is more often JSON than not. */
const anyPart = fc.oneof(
  anyMembers.map((members) => encode(JSON.stringify(members))),
  anyText.map(encode),
  anyText,
);

const anyToken = fc.oneof(
  anyText,
  fc.array(anyPart, { maxLength: 6 }).map((parts) => parts.join('.')),
  fc
    .tuple(fc.constant(encode(JSON.stringify(goodHeader))), anyPart, fc.uint8Array({ minLength: 64, maxLength: 64 }))
    .map(([header, payload, signature]) => `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`),
  // Signed by the issuer, so that whatever stands in it gets as far as it can.
  fc.tuple(anyText, anyText).map(([header, payload]) => signTexts(header, payload)),
  fc.tuple(anyMembers, anyMembers).map(([header, claims]) => mint(claims, header)),
  anyMembers.map((claims) => mint(claims)),
);

/** Values for one claim: right ones, wrong ones, and ones at the edge. */
const edges = [-TOLERANCE_SECONDS, -1, 0, 1, TOLERANCE_SECONDS].flatMap((offset) =>
  [-1, -0.5, 0, 0.5, 1].map((near) => NOW_SECONDS + offset + near),
);
const anyTime = fc.oneof(
  fc.constantFrom<unknown[]>(...edges, String(NOW_SECONDS), null, [], {}, true, 0, -1, 1e308, undefined),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const anyAudience = fc.oneof(
  fc.constantFrom<unknown[]>(AUDIENCE, `${AUDIENCE} `, null, undefined, [], {}),
  fc.array(fc.constantFrom<unknown[]>(AUDIENCE, 'another', 1, null, [AUDIENCE]), { maxLength: 3 }),
);
const orAny = (...likely: unknown[]): Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...likely) }, { weight: 1, arbitrary: fc.jsonValue() });
const anyClaims = anyChanges({
  exp: anyTime,
  nbf: anyTime,
  iat: anyTime,
  aud: anyAudience,
  iss: orAny(ISSUER, `${ISSUER}/`),
  sub: orAny('subject', '', ' ', 'USER:1'),
  type: orAny('access_token', 'client_access_token', 'id_token', undefined),
  jti: orAny('token', 7, undefined),
});

/** Up to three members with values of their own: few enough that what they make is good now and then. */
function anyChanges(values: Readonly<Record<string, Arbitrary<unknown>>>): Arbitrary<Record<string, unknown>> {
  const member = fc.oneof(...Object.entries(values).map(([name, value]) => fc.tuple(fc.constant(name), value)));
  return fc.array(member, { maxLength: 3 }).map((members) => Object.fromEntries(members));
}

/** The rules once more, in other words. */
function isGood(claims: Readonly<Record<string, unknown>>): boolean {
  const { exp, nbf, iat, aud, iss, sub, type, jti } = claims;
  const began = (time: unknown): boolean =>
    time === undefined || (isTime(time) && time <= NOW_SECONDS + TOLERANCE_SECONDS);
  const audiences = Array.isArray(aud) ? (aud as unknown[]) : [aud];
  return (
    isTime(exp) &&
    NOW_SECONDS < exp + TOLERANCE_SECONDS &&
    began(nbf) &&
    began(iat) &&
    audiences.every((audience) => typeof audience === 'string') &&
    audiences.some((audience) => audience === AUDIENCE) &&
    iss === ISSUER &&
    typeof sub === 'string' &&
    /\S/.test(sub) &&
    (type === 'access_token' || type === 'client_access_token') &&
    (jti === undefined || typeof jti === 'string')
  );
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

describe('any text at all', () => {
  it('is either accepted or refused by an error of this package, as an access token and as an ID token', async () => {
    const verifier = createVerifier({ maxCachedTokens: 50 });
    const verdicts = new Set<string>();
    await fc.assert(
      fc.asyncProperty(anyToken, async (token) => {
        verifier.findVerified(token);
        verdicts.add(await verdictOf(verifier.verifyAccessToken(token)));
        await verdictOf(verifier.verifyIdToken(token));
      }),
      runs(2_000),
    );
    // As far as the claims: otherwise this says something about the first rule alone.
    expect([...verdicts]).toEqual(
      expect.arrayContaining([
        'malformed_token',
        'unsupported_algorithm',
        'invalid_issuer',
        'invalid_claim',
        'accepted',
      ]),
    );
  });

  it('is a key set without an error, and gives P-256 keys only', () => {
    const good = {
      kty: 'EC',
      crv: 'P-256',
      kid: 'a',
      x: '04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY',
      y: 'UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw',
    };
    const entry = anyChanges({
      kty: orAny('EC', 'RSA', 'oct'),
      crv: orAny('P-256', 'P-384'),
      x: orAny(good.x, 'A'.repeat(43)),
      y: orAny(good.y, '_'.repeat(43)),
      kid: orAny('a', 'b', ''),
      use: orAny('sig', 'enc'),
      alg: orAny('ES256', 'none'),
      key_ops: orAny(['verify'], ['sign']),
      d: fc.jsonValue(),
    }).map((changes) => ({ ...good, ...changes }));
    let usable = 0;
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.record({ keys: fc.array(fc.oneof(entry, fc.jsonValue())) })), (set) => {
        const keys = new StaticKeyProvider(set);
        usable += keys.size;
        for (const kid of ['a', 'b']) {
          const key = keys.findKey(kid);
          if (key !== null) expect(key.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
        }
      }),
      runs(500),
    );
    expect(usable).toBeGreaterThan(30);
  });
});

describe('a token that its issuer signed, whatever it claims', () => {
  it('is accepted if and only if the rules say so', async () => {
    const verifier = createVerifier({ maxCachedTokens: 0 });
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(anyClaims, async (changes) => {
        // What JSON makes of the claims is what the token says.
        const claims = JSON.parse(JSON.stringify({ ...goodClaims, ...changes })) as Record<string, unknown>;
        const verdict = await verdictOf(verifier.verifyAccessToken(mint(changes)));
        expect(verdict === 'accepted').toBe(isGood(claims));
        if (verdict === 'accepted') accepted++;
      }),
      runs(2_000),
    );
    expect(accepted).toBeGreaterThan(150);
  });

  it('becomes a principal whose members have the types that they promise', async () => {
    const verifier = createVerifier();
    const anyDetails = anyChanges({
      identifier: fc.jsonValue(),
      scope: fc.oneof(fc.string(), fc.jsonValue()),
      authentication_method: fc.jsonValue(),
      auth_time: anyTime,
    });
    const orNull = (value: unknown): boolean => value === null || typeof value === 'string';
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), anyDetails, async (more, details) => {
        const principal = await verifier.verifyAccessToken(
          mint({ ...more, ...goodClaims, nbf: undefined, ...details }),
        );
        expect(principal).toMatchObject({ subject: goodClaims.sub, issuer: ISSUER, audience: AUDIENCE });
        expect([principal.identifier, principal.authenticationMethod, principal.tokenId].every(orNull)).toBe(true);
        expect(principal.scopes.every((text) => /^[^ ]+$/.test(text))).toBe(true);
        expect(new Date(principal.expiresAt).toISOString()).toBe(principal.expiresAt);
        expect(Object.isFrozen(principal) && Object.isFrozen(principal.claims)).toBe(true);
      }),
      runs(300),
    );
  });
});
