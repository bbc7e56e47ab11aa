import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

import { InvalidTokenError, KeysUnavailableError } from '../errors/token.errors.js';
import { KeyProvider } from './key-provider.js';
import { TokenVerifier, type TokenVerifierOptions } from './token-verifier.js';

const NOW_SECONDS = 1_800_000_000;
const AUDIENCE = '19024767-a0b2-4221-8faa-ef116dc853d0';
const ISSUER = 'https://www.cotter.app';
const KID = 'SPACE_JWT_PUBLIC:8028AAA3-EC2D-4BAA-BE7A-7C8359CCB9F9';
const SUBJECT = 'ee1982e9-1596-41db-b1a1-4c1880c1f016';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

class StaticKeys extends KeyProvider {
  constructor(private readonly keys: ReadonlyMap<string, KeyObject>) {
    super();
  }

  override peekKey(kid: string): KeyObject | undefined {
    return this.keys.get(kid);
  }

  override findKey(kid: string): KeyObject | null {
    return this.keys.get(kid) ?? null;
  }
}

class NoKeys extends KeyProvider {
  override peekKey(): undefined {
    return undefined;
  }

  override findKey(): Promise<null> {
    return Promise.reject(new KeysUnavailableError(5));
  }
}

const claims = {
  client_user_id: SUBJECT,
  authentication_method: 'OTP',
  type: 'client_access_token',
  scope: 'access',
  identifier: 'user@example.com',
  aud: AUDIENCE,
  exp: NOW_SECONDS + 3600,
  jti: '901528f3-d4b5-4d3f-a5a7-b11e7d928acb',
  iat: NOW_SECONDS,
  iss: ISSUER,
  sub: SUBJECT,
};
const header = { alg: 'ES256', kid: KID, typ: 'JWT' };

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

function mint(
  changes: Record<string, unknown> = {},
  headerChanges: Record<string, unknown> = {},
  key = privateKey,
): string {
  const input = `${encode({ ...header, ...headerChanges })}.${encode({ ...claims, ...changes })}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function signRaw(headerText: string, payloadText: string): string {
  const input = `${encode(headerText)}.${encode(payloadText)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function verifier(options: Partial<TokenVerifierOptions> = {}): TokenVerifier {
  return new TokenVerifier({
    trustedIssuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: new StaticKeys(new Map([[KID, publicKey]])) }],
    clockToleranceSeconds: 5,
    clock: () => NOW_SECONDS * 1000,
    ...options,
  });
}

async function codeOf(token: string, options: Partial<TokenVerifierOptions> = {}): Promise<string> {
  return verifier(options)
    .verifyAccessToken(token)
    .then(
      () => 'accepted',
      (error: unknown) => {
        if (error instanceof InvalidTokenError || error instanceof KeysUnavailableError) return error.code;
        throw error;
      },
    );
}

describe('an access token of the documented form', () => {
  it('becomes a principal', async () => {
    await expect(verifier().verifyAccessToken(mint())).resolves.toEqual({
      subject: SUBJECT,
      identifier: 'user@example.com',
      identifierType: 'EMAIL',
      authenticationMethod: 'OTP',
      scopes: ['access'],
      issuer: ISSUER,
      audience: AUDIENCE,
      tokenId: '901528f3-d4b5-4d3f-a5a7-b11e7d928acb',
      issuedAt: new Date(NOW_SECONDS * 1000).toISOString(),
      expiresAt: new Date((NOW_SECONDS + 3600) * 1000).toISOString(),
      authenticatedAt: null,
      sessionHandle: null,
      claims,
    });
  });

  it('becomes a principal that nobody can change', async () => {
    const principal = await verifier().verifyAccessToken(mint({ nested: { roles: ['a'] } }));
    const { nested } = principal.claims as { nested: { roles: string[] } };
    for (const part of [principal, principal.scopes, principal.claims, nested, nested.roles])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it.each([
    ['the newer spelling of its type', { type: 'access_token' }, {}],
    ['a list of audiences', { aud: ['another', AUDIENCE] }, {}],
    ['no identifier, as before August 2020', { identifier: undefined }, {}],
    ['no jti, as the oldest', { jti: undefined }, {}],
    ['no iat', { iat: undefined }, {}],
    ['an nbf in the past', { nbf: NOW_SECONDS - 1 }, {}],
    ['a fraction in exp', { exp: NOW_SECONDS + 0.5 }, {}],
    ['no typ', {}, { typ: undefined }],
    ['the typ of RFC 9068', {}, { typ: 'at+jwt' }],
  ])('is accepted with %s', async (_case, changes, headerChanges) => {
    expect(await codeOf(mint(changes, headerChanges))).toBe('accepted');
  });

  it('names the same person whether or not its subject has the prefix of 2020', async () => {
    const { subject } = await verifier().verifyAccessToken(mint({ sub: `USER:${SUBJECT}` }));
    expect(subject).toBe(SUBJECT);
    expect((await verifier().verifyAccessToken(mint({ sub: 'USER:ann' }))).subject).toBe('USER:ann');
  });

  it('keeps a claim called __proto__ harmless', async () => {
    const token = signRaw(JSON.stringify(header), JSON.stringify(claims).replace('{', '{"__proto__":{"admin":true},'));
    const principal = await verifier().verifyAccessToken(token);
    expect((principal as { admin?: boolean }).admin).toBeUndefined();
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('time', () => {
  it.each([
    ['a second before exp plus tolerance', NOW_SECONDS - 4, 'accepted'],
    ['exactly at exp plus tolerance', NOW_SECONDS - 5, 'token_expired'],
    ['long after', NOW_SECONDS - 3600, 'token_expired'],
  ])('%s', async (_case, exp, code) => {
    expect(await codeOf(mint({ exp, iat: undefined }))).toBe(code);
  });

  it.each([
    ['nbf', 5, 'accepted'],
    ['nbf', 6, 'token_not_yet_valid'],
    ['iat', 5, 'accepted'],
    ['iat', 6, 'token_not_yet_valid'],
  ])('%s %d seconds ahead: %s', async (claim, ahead, code) => {
    expect(await codeOf(mint({ [claim]: NOW_SECONDS + ahead }))).toBe(code);
  });
});

describe('a token that is not good is refused by name', () => {
  const wrongClaims: [string, Record<string, unknown>, string][] = [
    ['expired', { exp: NOW_SECONDS - 60 }, 'token_expired'],
    ['no exp', { exp: undefined }, 'invalid_claim'],
    ['exp as text', { exp: String(NOW_SECONDS + 60) }, 'invalid_claim'],
    ['exp as null', { exp: null }, 'invalid_claim'],
    ['iat as text', { iat: 'now' }, 'invalid_claim'],
    ['jti as a number', { jti: 7 }, 'invalid_claim'],
    ['another audience', { aud: 'another' }, 'invalid_audience'],
    ['no audience', { aud: undefined }, 'invalid_audience'],
    ['an empty list of audiences', { aud: [] }, 'invalid_audience'],
    ['an audience that only starts alike', { aud: `${AUDIENCE}0` }, 'invalid_audience'],
    ['a list of audiences with an object in it', { aud: [AUDIENCE, {}] }, 'invalid_audience'],
    ['an audience nested in a list', { aud: [[AUDIENCE]] }, 'invalid_audience'],
    ['another issuer', { iss: 'https://evil.example' }, 'invalid_issuer'],
    ['an issuer with a slash behind it', { iss: `${ISSUER}/` }, 'invalid_issuer'],
    ['an issuer in a list', { iss: [ISSUER] }, 'invalid_issuer'],
    ['no issuer', { iss: undefined }, 'invalid_issuer'],
    ['the type of an ID token', { type: 'client_id_token' }, 'invalid_token_type'],
    ['the newer type of an ID token', { type: 'id_token' }, 'invalid_token_type'],
    ['no type', { type: undefined }, 'invalid_token_type'],
    ['its type in a list', { type: ['access_token'] }, 'invalid_token_type'],
    ['no subject', { sub: undefined }, 'invalid_subject'],
    ['an empty subject', { sub: '' }, 'invalid_subject'],
    ['a blank subject', { sub: ' ' }, 'invalid_subject'],
    ['a number for a subject', { sub: 7 }, 'invalid_subject'],
  ];
  it.each(wrongClaims)('%s', async (_case, changes, code) => {
    expect(await codeOf(mint(changes))).toBe(code);
  });

  const wrongHeaders: [string, Record<string, unknown>, string][] = [
    ['alg none', { alg: 'none' }, 'unsupported_algorithm'],
    ['alg HS256', { alg: 'HS256' }, 'unsupported_algorithm'],
    ['alg in another case', { alg: 'es256' }, 'unsupported_algorithm'],
    ['no alg', { alg: undefined }, 'unsupported_algorithm'],
    ['no kid', { kid: undefined }, 'unknown_key'],
    ['a kid that nobody published', { kid: 'other' }, 'unknown_key'],
    ['a kid that is a member of every object', { kid: '__proto__' }, 'unknown_key'],
    ['a number for a kid', { kid: 1 }, 'unknown_key'],
    ['a key of its own', { jwk: stranger.publicKey.export({ format: 'jwk' }) }, 'malformed_token'],
    ['an address of keys', { jku: 'https://evil.example/jwks' }, 'malformed_token'],
    ['crit', { crit: ['exp'] }, 'malformed_token'],
    ['b64', { b64: false }, 'malformed_token'],
    ['zip', { zip: 'DEF' }, 'malformed_token'],
    ['another typ', { typ: 'JWE' }, 'malformed_token'],
  ];
  it.each(wrongHeaders)('%s', async (_case, changes, code) => {
    expect(await codeOf(mint({}, changes))).toBe(code);
  });

  const good = mint();
  const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.');
  const der = sign('sha256', Buffer.from(`${goodHeader}.${goodPayload}`), privateKey).toString('base64url');
  const hmacInput = `${encode({ ...header, alg: 'HS256' })}.${goodPayload}`;
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const wrongTexts: [string, string, string][] = [
    ['nothing', '', 'malformed_token'],
    ['two parts', `${goodHeader}.${goodPayload}`, 'malformed_token'],
    ['four parts', `${good}.x`, 'malformed_token'],
    ['no signature', `${goodHeader}.${goodPayload}.`, 'malformed_token'],
    ['padding', `${goodHeader}.${goodPayload}.${goodSignature}==`, 'malformed_token'],
    ['a line break inside', `${goodHeader}.${goodPayload}\n.${goodSignature}`, 'malformed_token'],
    ['another alphabet', good.replaceAll('-', '+').replaceAll('_', '/') + '/', 'malformed_token'],
    ['a list for a header', `${encode('[]')}.${goodPayload}.${goodSignature}`, 'malformed_token'],
    ['null for a payload', `${goodHeader}.${encode('null')}.${goodSignature}`, 'malformed_token'],
    [
      'a payload that is not UTF-8',
      `${goodHeader}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.${goodSignature}`,
      'malformed_token',
    ],
    ['a signature in DER', `${goodHeader}.${goodPayload}.${der}`, 'invalid_signature'],
    [
      'a signature of zeros',
      `${goodHeader}.${goodPayload}.${Buffer.alloc(64).toString('base64url')}`,
      'invalid_signature',
    ],
    ['the signature of another', mint({}, {}, stranger.privateKey), 'invalid_signature'],
    ['another payload', `${goodHeader}.${encode({ ...claims, sub: 'admin' })}.${goodSignature}`, 'invalid_signature'],
    [
      'an HMAC with the public key',
      `${hmacInput}.${createHmac('sha256', pem).update(hmacInput).digest('base64url')}`,
      'unsupported_algorithm',
    ],
    ['8 KiB and one more', `${goodHeader}.${'A'.repeat(8192)}.${goodSignature}`, 'malformed_token'],
  ];
  it.each(wrongTexts)('%s', async (_case, token, code) => {
    expect(await codeOf(token)).toBe(code);
  });

  it('says what was expected and seen, for the log', async () => {
    const refusals: InvalidTokenError[] = [];
    await codeOf(mint({ aud: 'another' }), { onRefused: (refusal) => refusals.push(refusal) });
    expect(refusals.map(({ code, evidence }) => ({ code, evidence }))).toEqual([
      { code: 'invalid_audience', evidence: { expected: AUDIENCE, actual: 'another' } },
    ]);
  });
});

describe('keys', () => {
  it('out of reach are no reason to call a token bad', async () => {
    expect(await codeOf(mint(), { trustedIssuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: new NoKeys() }] })).toBe(
      'keys_unavailable',
    );
  });

  it('of one trusted issuer never verify the tokens of another', async () => {
    const trustedIssuers = [
      { issuer: ISSUER, audience: AUDIENCE, keys: new StaticKeys(new Map([[KID, publicKey]])) },
      {
        issuer: 'https://second.example',
        audience: AUDIENCE,
        keys: new StaticKeys(new Map([[KID, stranger.publicKey]])),
      },
    ];
    expect(await codeOf(mint({ iss: 'https://second.example' }), { trustedIssuers })).toBe('invalid_signature');
    expect(await codeOf(mint({ iss: 'https://second.example' }, {}, stranger.privateKey), { trustedIssuers })).toBe(
      'accepted',
    );
  });
});

describe('an ID token', () => {
  const idClaims = {
    type: 'client_id_token',
    auth_time: '-62135596800',
    scope: undefined,
    authentication_method: undefined,
  };

  it('proves an identity', async () => {
    await expect(verifier().verifyIdToken(mint(idClaims))).resolves.toMatchObject({
      subject: SUBJECT,
      issuer: ISSUER,
      identifier: 'user@example.com',
    });
  });

  it('is not an access token, nor the other way round', async () => {
    expect(await codeOf(mint(idClaims))).toBe('invalid_token_type');
    await expect(verifier().verifyIdToken(mint())).rejects.toMatchObject({ code: 'invalid_token_type' });
  });
});

describe('a verdict', () => {
  const revocable = (): { revoked: Set<string | null>; options: Partial<TokenVerifierOptions> } => {
    const revoked = new Set<string | null>();
    return { revoked, options: { isRevoked: ({ tokenId }) => revoked.has(tokenId) } };
  };

  it('is kept: the same principal, at once', async () => {
    const kept = verifier();
    const token = mint();
    expect(kept.findVerified(token)).toBeNull();
    const principal = await kept.verifyAccessToken(token);
    expect(kept.findVerified(token)).toBe(principal);
    expect(await kept.verifyAccessToken(token)).toBe(principal);
    expect(kept.findVerified(mint({ jti: 'another' }))).toBeNull();
  });

  it('is not kept where none shall be, nor where it was no', async () => {
    const [keepsNone, keeps] = [verifier({ maxCachedTokens: 0 }), verifier()];
    const [good, bad] = [mint(), mint({ aud: 'another' })];
    await keepsNone.verifyAccessToken(good);
    await expect(keeps.verifyAccessToken(bad)).rejects.toMatchObject({ code: 'invalid_audience' });
    await keeps.verifyIdToken(mint({ type: 'id_token' }));
    expect([keepsNone.findVerified(good), keeps.findVerified(bad)]).toEqual([null, null]);
    expect(keeps.findVerified(mint({ type: 'id_token' }))).toBeNull();
  });

  it('is kept until the token expires, tolerance included', async () => {
    let nowMs = NOW_SECONDS * 1000;
    const kept = verifier({ clock: () => nowMs });
    const token = mint({ exp: NOW_SECONDS + 60 });
    await kept.verifyAccessToken(token);
    nowMs += 64_999;
    expect(kept.findVerified(token)).not.toBeNull();
    nowMs += 1;
    expect(kept.findVerified(token)).toBeNull();
    await expect(kept.verifyAccessToken(token)).rejects.toMatchObject({ code: 'token_expired' });
  });

  it('does not outlive a revocation, whether it is kept or not', async () => {
    const { revoked, options } = revocable();
    const kept = verifier(options);
    const [known, unknown] = [mint({ jti: 'known' }), mint({ jti: 'unknown' })];
    await kept.verifyAccessToken(known);
    for (const jti of ['known', 'unknown']) revoked.add(jti);
    expect(kept.findVerified(known)).toBeNull();
    for (const token of [known, unknown])
      await expect(kept.verifyAccessToken(token)).rejects.toMatchObject({ code: 'token_revoked' });
    revoked.clear();
    expect(kept.findVerified(known)).not.toBeNull();
    expect(kept.findVerified(unknown)).toBeNull();
  });

  it('goes by the clock of the system where no other is given', async () => {
    const keys = new StaticKeys(new Map([[KID, publicKey]]));
    const real = new TokenVerifier({
      trustedIssuers: [{ issuer: ISSUER, audience: AUDIENCE, keys }],
      clockToleranceSeconds: 5,
    });
    const nowSeconds = Date.now() / 1000;
    const token = mint({ iat: nowSeconds - 60, exp: nowSeconds + 60 });
    await real.verifyAccessToken(token);
    expect(real.findVerified(token)).not.toBeNull();
    await expect(real.verifyAccessToken(mint({ iat: 1, exp: nowSeconds - 6 }))).rejects.toMatchObject({
      code: 'token_expired',
    });
  });
});

describe('one token at several doors at once', () => {
  /** Keys that are on their way. */
  class LateKeys extends KeyProvider {
    asked = 0;
    answer: (key: KeyObject | null) => void = () => undefined;
    readonly #answered = new Promise<KeyObject | null>((resolve) => (this.answer = resolve));

    override peekKey(): undefined {
      return undefined;
    }

    override findKey(): Promise<KeyObject | null> {
      this.asked++;
      return this.#answered;
    }
  }

  it('is verified once, and beside another one', async () => {
    const keys = new LateKeys();
    const late = verifier({ trustedIssuers: [{ issuer: ISSUER, audience: AUDIENCE, keys }] });
    const [first, second] = [mint({ jti: 'first' }), mint({ jti: 'second' })];
    const verifications = [first, first, second, first].map((token) => late.verifyAccessToken(token));
    expect(keys.asked).toBe(2);
    keys.answer(publicKey);
    const principals = await Promise.all(verifications);
    expect(principals.map(({ tokenId }) => tokenId)).toEqual(['first', 'first', 'second', 'first']);
    expect(new Set(principals).size).toBe(2);
  });

  it('is verified anew once a verification is over', async () => {
    const keys = new LateKeys();
    const heard: string[] = [];
    const late = verifier({
      trustedIssuers: [{ issuer: ISSUER, audience: AUDIENCE, keys }],
      onRefused: ({ code }) => heard.push(code),
    });
    keys.answer(null);
    const token = mint();
    for (let round = 1; round <= 2; round++) {
      await expect(late.verifyAccessToken(token)).rejects.toMatchObject({
        code: 'unknown_key',
        evidence: { expected: 'a published kid', actual: KID },
      });
      expect([keys.asked, heard.length]).toEqual([round, round]);
    }
  });
});

describe('many tokens at once, whose signatures are checked in the thread pool', () => {
  /** So many that every way of a check is taken: on the event loop, as a probe, and in the pool. */
  const MANY = 200;

  it('are told apart, and the bad ones are refused for what is wrong with them', async () => {
    const heard: string[] = [];
    const busy = verifier({ onRefused: ({ code }) => heard.push(code) });
    const kinds = [
      { expected: 'principal', mintOne: (jti: string) => mint({ jti }) },
      { expected: 'invalid_signature', mintOne: (jti: string) => mint({ jti }, {}, stranger.privateKey) },
      { expected: 'token_expired', mintOne: (jti: string) => mint({ jti, exp: NOW_SECONDS - 6 }) },
      { expected: 'invalid_audience', mintOne: (jti: string) => mint({ jti, aud: 'another' }) },
    ];
    const asked = Array.from({ length: MANY }, (_, n) => {
      const { expected, mintOne } = kinds[n % kinds.length] ?? { expected: '', mintOne: () => '' };
      const token = mintOne(String(n));
      return { token, expected: expected === 'principal' ? String(n) : expected };
    });
    const settled = await Promise.allSettled(asked.map(({ token }) => busy.verifyAccessToken(token)));
    const verdicts = settled.map((verdict) =>
      verdict.status === 'fulfilled' ? verdict.value.tokenId : (verdict.reason as InvalidTokenError).code,
    );
    expect(verdicts).toEqual(asked.map(({ expected }) => expected));
    expect(heard).toHaveLength((MANY * 3) / 4);
    for (const [n, { token }] of asked.entries()) expect(busy.findVerified(token) !== null).toBe(n % 4 === 0);
  });
});

describe('who listens', () => {
  it('hears of ID tokens too, and of nothing that is no refusal', async () => {
    const heard: InvalidTokenError[] = [];
    const onRefused = (refusal: InvalidTokenError): number => heard.push(refusal);
    await expect(verifier({ onRefused }).verifyIdToken(mint({ type: 'id_token', iss: 'x' }))).rejects.toThrow();
    expect(heard.map(({ code, evidence }) => ({ code, evidence }))).toEqual([
      { code: 'invalid_issuer', evidence: { expected: [ISSUER], actual: 'x' } },
    ]);
    const trustedIssuers = [{ issuer: ISSUER, audience: AUDIENCE, keys: new NoKeys() }];
    await expect(verifier({ onRefused, trustedIssuers }).verifyAccessToken(mint())).rejects.toMatchObject({
      code: 'keys_unavailable',
    });
    expect(heard).toHaveLength(1);
  });
});
