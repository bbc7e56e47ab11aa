import { generateKeyPairSync } from 'node:crypto';

import { JwksKeyProvider } from '../../src/tokens/jwks-key-provider.js';
import {
  AUDIENCE,
  createVerifier,
  goodClaims,
  goodHeader,
  ISSUER,
  keys,
  mint,
  NOW_SECONDS,
  signTexts,
  verdictOf,
} from '../fixtures/token-mint.js';
import { json, ScriptedServer } from '../fixtures/scripted-server.js';

const verdict = (token: string): Promise<string> => verdictOf(createVerifier().verifyAccessToken(token));
const payload = JSON.stringify(goodClaims);
const signPayload = (text: string): string => signTexts(JSON.stringify(goodHeader), text);
const withRaw = (member: string): string => signPayload(`${payload.slice(0, -1)},${member}}`);
/** Good claims with one of them written down as it stands here. */
const instead = (name: string, raw: string): string =>
  signPayload(`${JSON.stringify({ ...goodClaims, [name]: undefined }).slice(0, -1)},"${name}":${raw}}`);

describe('RFC 7519, JSON Web Token', () => {
  it.each([
    ['exp, later the second time', `"exp":${String(NOW_SECONDS * 2)}`],
    ['sub', '"sub":"admin"'],
    ['aud with an escape', '"\\u0061ud":"another"'],
    ['a claim of a claim', '"nested":{"roles":[],"roles":["admin"]}'],
    ['a claim in a list', '"list":[{"a":1,"a":2}]'],
  ])('4, "The Claim Names within a JWT Claims Set MUST be unique": refuses two of %s', async (_case, member) => {
    expect(await verdict(withRaw(member))).toBe('malformed_token');
  });

  it('4, "all claims that are not understood by implementations MUST be ignored"', async () => {
    expect(
      await verdict(withRaw('"roles":["admin"],"cnf":{"jkt":"x"},"https://example.com/is_root":true,"":null')),
    ).toBe('accepted');
  });

  it.each([
    ['an exponent', 'exp', `${String((NOW_SECONDS + 60) / 1e8)}e8`, 'accepted'],
    ['a fraction, "non-integer values can be represented"', 'exp', `${String(NOW_SECONDS)}.5`, 'accepted'],
    ['a number beyond all numbers', 'exp', '1e999', 'invalid_claim'],
    ['a number below all numbers', 'nbf', '-1e999', 'invalid_claim'],
    ['milliseconds', 'iat', `${String(NOW_SECONDS)}000`, 'token_not_yet_valid'],
    ['text', 'nbf', `"${String(NOW_SECONDS)}"`, 'invalid_claim'],
    ['a list', 'exp', `[${String(NOW_SECONDS + 60)}]`, 'invalid_claim'],
    ['true, which counts as 1 to careless code', 'nbf', 'true', 'invalid_claim'],
    ['null', 'iat', 'null', 'invalid_claim'],
    ['a time before 1970', 'iat', '-1', 'accepted'],
  ])('2, NumericDate: "A JSON numeric value": %s', async (_case, name, raw, expected) => {
    expect(await verdict(instead(name, raw))).toBe(expected);
  });

  it.each([
    ['4.1.1, iss', 'iss', ISSUER.toUpperCase(), 'invalid_issuer'],
    ['4.1.3, aud', 'aud', AUDIENCE.toUpperCase(), 'invalid_audience'],
    ['4.1.3, aud in a list', 'aud', [AUDIENCE.toUpperCase()], 'invalid_audience'],
  ])('%s is "a case-sensitive string containing a StringOrURI value"', async (_clause, name, value, expected) => {
    expect(await verdict(mint({ [name]: value }))).toBe(expected);
  });

  it('4.1.2, sub is case-sensitive: it names somebody else', async () => {
    const { subject } = await createVerifier().verifyAccessToken(mint({ sub: goodClaims.sub.toUpperCase() }));
    expect(subject).toBe(goodClaims.sub.toUpperCase());
  });

  it('4.1.3, "If the principal processing the claim does not identify itself with a value in the aud claim [...] MUST be rejected": no part of one will do', async () => {
    for (const aud of [AUDIENCE.slice(1), ` ${AUDIENCE}`, `${AUDIENCE},another`, [`${AUDIENCE}\0`], [[AUDIENCE]]])
      expect(await verdict(mint({ aud }))).toBe('invalid_audience');
  });

  it.each([
    ['JWT, for "Nested JWTs"', 'JWT'],
    ['another media type', 'json'],
    ['nothing', ''],
  ])(
    '5.2, cty: unless nested, "the use of this Header Parameter is NOT RECOMMENDED", and what is nested is refused: %s',
    async (_case, cty) => {
      expect(await verdict(mint({}, { cty }))).toBe('malformed_token');
    },
  );

  it('7.2, step 10, "Verify that the resulting octet sequence is a UTF-8-encoded representation of a completely valid JSON object"', async () => {
    for (const text of [
      '',
      '[]',
      '"claims"',
      '1',
      payload.slice(0, -1),
      `${payload}\0`,
      `\ufeff${payload}`,
      `${payload}${payload}`,
    ])
      expect(await verdict(signPayload(text))).toBe('malformed_token');
    // A JWT in a JWT.
    expect(await verdict(signPayload(mint()))).toBe('malformed_token');
  });
});

describe('RFC 8725, JWT Best Current Practices', () => {
  it('3.1, "each key MUST be used with exactly one algorithm": the header chooses none', async () => {
    for (const alg of [
      'ES256K',
      'ES384',
      'RS256',
      'PS256',
      'HS256',
      'EdDSA',
      'ES256 ',
      'ES256\0',
      ['ES256'],
      { ES256: 1 },
      true,
      null,
      '',
    ])
      expect([alg, await verdict(mint({}, { alg }))]).toEqual([alg, 'unsupported_algorithm']);
  });

  it('3.10, "the kid (key ID) header is used by the relying application to perform key lookup": as a name, and nothing else', async () => {
    const server = await ScriptedServer.start();
    server.play(json(200, { keys: [{ kty: 'EC' }, ...publishedKeys()] }));
    const provider = new JwksKeyProvider({
      jwksUri: `${server.url}/jwks`,
      maxAgeSeconds: 600,
      maxStaleSeconds: 0,
      cooldownSeconds: 1,
    });
    const verifier = createVerifier({ trustedIssuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: provider }] });
    const kids = [
      "' OR 1=1 --",
      '../../dev/null',
      `${server.url}/mine`,
      '__proto__',
      'toString',
      'constructor',
      '0',
      '*',
      '%00',
    ];
    for (const kid of kids)
      expect([kid, await verdictOf(verifier.verifyAccessToken(mint({}, { kid })))]).toEqual([kid, 'unknown_key']);
    expect(server.requests.map(({ method, url, body }) => [method, url, body])).toEqual([['GET', '/jwks', '']]);
    await server.close();
  });

  it('3.8, "the application MUST validate that the cryptographic keys used [...] belong to the issuer"', async () => {
    const trustedIssuers = [
      { issuer: ISSUER, audience: AUDIENCE, keys },
      { issuer: 'https://other.example', audience: AUDIENCE, keys: { peekKey: () => undefined, findKey: () => null } },
    ];
    const verifier = createVerifier({ trustedIssuers });
    expect(await verdictOf(verifier.verifyAccessToken(mint()))).toBe('accepted');
    expect(await verdictOf(verifier.verifyAccessToken(mint({ iss: 'https://other.example' })))).toBe('unknown_key');
  });

  it('3.9, audiences are those of the issuer that a token is of', async () => {
    const trustedIssuers = [
      { issuer: ISSUER, audience: AUDIENCE, keys },
      { issuer: 'https://other.example', audience: 'other', keys },
    ];
    const verifier = createVerifier({ trustedIssuers });
    expect(await verdictOf(verifier.verifyAccessToken(mint({ aud: 'other' })))).toBe('invalid_audience');
    expect(await verdictOf(verifier.verifyAccessToken(mint({ aud: 'other', iss: 'https://other.example' })))).toBe(
      'accepted',
    );
  });

  it('3.12, "Use Mutually Exclusive Validation Rules for Different Kinds of JWTs"', async () => {
    const verifier = createVerifier();
    for (const type of ['id_token', 'client_id_token']) {
      expect(await verdictOf(verifier.verifyAccessToken(mint({ type })))).toBe('invalid_token_type');
      expect(await verdictOf(verifier.verifyIdToken(mint({ type })))).toBe('accepted');
    }
    for (const type of ['access_token', 'client_access_token']) {
      expect(await verdictOf(verifier.verifyIdToken(mint({ type })))).toBe('invalid_token_type');
      expect(await verdictOf(verifier.verifyAccessToken(mint({ type })))).toBe('accepted');
    }
    // Nor does a verdict that is kept for the one serve the other.
    const token = mint();
    await verifier.verifyAccessToken(token);
    expect(await verdictOf(verifier.verifyIdToken(token))).toBe('invalid_token_type');
  });
});

describe('RFC 9068, JWT Profile for OAuth 2.0 Access Tokens', () => {
  it('4, "the typ header value is at+jwt or application/at+jwt", or the JWT of this wire', async () => {
    for (const typ of ['at+jwt', 'application/at+jwt', 'JWT'])
      expect([typ, await verdict(mint({}, { typ }))]).toEqual([typ, 'accepted']);
    for (const typ of ['dpop+jwt', 'secevent+jwt', 'logout+jwt', 'JOSE', 'JOSE+JSON', 'at+jwt ', '', null, ['JWT'], 1])
      expect([typ, await verdict(mint({}, { typ }))]).toEqual([typ, 'malformed_token']);
  });

  it('2.2.3 and RFC 6749, 3.3, scope: "a list of space-delimited, case-sensitive strings"', async () => {
    const scopesOf = async (scope: unknown): Promise<readonly string[]> =>
      (await createVerifier().verifyAccessToken(mint({ scope }))).scopes;
    expect(await scopesOf('access Admin  read ')).toEqual(['access', 'Admin', 'read']);
    expect(await scopesOf('a\tb,c')).toEqual(['a\tb,c']);
    for (const scope of ['', ['access'], 1, null, { access: true }]) expect(await scopesOf(scope)).toEqual([]);
  });
});

function publishedKeys(): object[] {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return [{ ...publicKey.export({ format: 'jwk' }), kid: 'another' }];
}
