import { generateKeyPairSync } from 'node:crypto';

import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify, type JWK } from 'jose';

import { API_KEY_ID, IssuerUnderTest, messageOf, OTHER_KEY_ID, type Tokens } from './issuer-under-test.js';

const DAY_MS = 24 * 60 * 60_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe.each(['express', 'fastify'] as const)('tokens on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  async function keySet(): Promise<{ keys: JWK[] }> {
    return (await (await issuer.fetch('/api/v0/token/jwks')).json()) as { keys: JWK[] };
  }

  async function refreshed(token: string): Promise<Tokens> {
    const response = await issuer.refresh(token);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    return (await response.json()) as Tokens;
  }

  it('publishes one public key, for a minute', async () => {
    const response = await issuer.fetch('/api/v0/token/jwks');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
    expect(await response.json()).toEqual({
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          use: 'sig',
          alg: 'ES256',
          kid: expect.stringMatching(/^SPACE_JWT_PUBLIC:[\w-]{43}$/),
          x: expect.stringMatching(/^[\w-]{43}$/),
          y: expect.stringMatching(/^[\w-]{43}$/),
        },
      ],
    });
  });

  it('mints exactly the documented claims', async () => {
    const { oauth_token: tokens, user } = await issuer.signIn('claims@example.com');
    const [jwk] = (await keySet()).keys;
    const key = await importJWK(jwk ?? {}, 'ES256');
    const nowSeconds = Math.floor(issuer.clock.nowMs / 1000);
    const currentDate = new Date(issuer.clock.nowMs);
    const common = {
      client_user_id: user['ID'],
      identifier: 'claims@example.com',
      aud: API_KEY_ID,
      exp: nowSeconds + 3600,
      iat: nowSeconds,
      iss: issuer.url,
      jti: expect.stringMatching(UUID) as string,
      sub: user['ID'],
    };
    const access = await jwtVerify(tokens.access_token, key, { currentDate });
    expect(access.protectedHeader).toEqual({ alg: 'ES256', kid: jwk?.kid, typ: 'JWT' });
    expect(access.payload).toEqual({
      ...common,
      authentication_method: 'OTP',
      type: 'client_access_token',
      scope: 'access',
    });
    const id = await jwtVerify(tokens.id_token, key, { currentDate });
    expect(id.payload).toEqual({ ...common, auth_time: String(nowSeconds), type: 'client_id_token' });
    expect(id.payload.jti).not.toBe(access.payload.jti);
  });

  it('rotates: the number stays, the secret changes, the old one is refused', async () => {
    const { oauth_token: first } = await issuer.signIn();
    const signedInAt = Math.floor(issuer.clock.nowMs / 1000);
    issuer.clock.advance(2 * 3_600_000);
    const second = await refreshed(first.refresh_token);
    expect(Object.keys(second).sort()).toEqual(Object.keys(first).sort());
    expect(second).toMatchObject({ expires_in: 3600, token_type: 'Bearer', auth_method: 'OTP' });
    const [firstId, firstSecret] = first.refresh_token.split(':');
    const [secondId, secondSecret] = second.refresh_token.split(':');
    expect(secondId).toBe(firstId);
    expect(secondSecret).not.toBe(firstSecret);
    expect(decodeJwt(second.id_token)).toMatchObject({
      auth_time: String(signedInAt),
      iat: signedInAt + 7200,
      sub: decodeJwt(first.id_token).sub,
    });
    const refused = await issuer.refresh(first.refresh_token);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ msg: 'Refresh token is not valid' });
    // Cotter's browser SDK refreshes several times within milliseconds: that is no theft.
    const third = await refreshed(second.refresh_token);
    await refreshed(third.refresh_token);
  });

  it('lets one of twenty refreshes at once win, and its token works', async () => {
    const { oauth_token: tokens } = await issuer.signIn();
    const answers = await Promise.all(Array.from({ length: 20 }, () => issuer.refresh(tokens.refresh_token)));
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(19);
    await refreshed(((await good[0]?.json()) as Tokens).refresh_token);
  });

  it('keeps a refresh token for thirty days from its last use', async () => {
    const { oauth_token: tokens } = await issuer.signIn();
    issuer.clock.advance(30 * DAY_MS - 1);
    const next = await refreshed(tokens.refresh_token);
    issuer.clock.advance(30 * DAY_MS);
    expect((await issuer.refresh(next.refresh_token)).status).toBe(400);
  });

  it.each(['', 'x', '1', '1:', ':a', '0:a', '01:a', '99999999999:a', '4294967296:a', '1:a b', "1:' OR 1=1 --"])(
    'refuses %j',
    async (refreshToken) => {
      const response = await issuer.refresh(refreshToken);
      expect(response.status).toBe(400);
      expect(await messageOf(response)).toContain('not valid');
    },
  );

  it.each<[string, unknown]>([
    ['another grant type', { grant_type: 'password', refresh_token: 'x' }],
    ['no grant type', { refresh_token: 'x' }],
    ['no token', { grant_type: 'refresh_token' }],
    ['a token that is no text', { grant_type: 'refresh_token', refresh_token: 7 }],
    ['no object', '[]'],
    ['null', 'null'],
    ['no JSON', '{'],
  ])('refuses %s', async (_what, body) => {
    const response = await issuer.postJson(`/api/v0/token/${API_KEY_ID}`, body);
    expect(response.status).toBe(400);
    expect(Object.keys((await response.json()) as object)).toEqual(['msg']);
  });

  it('knows the application by the path, by the header, or by both where they agree', async () => {
    let { refresh_token: token } = (await issuer.signIn()).oauth_token;
    const body = (): unknown => ({ grant_type: 'refresh_token', refresh_token: token });
    const post = (path: string, headers: Record<string, string>): Promise<Response> =>
      issuer.fetch(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body()),
      });
    expect((await post(`/api/v0/token/${API_KEY_ID}`, { api_key_id: OTHER_KEY_ID })).status).toBe(400);
    expect((await post(`/api/v0/token/${OTHER_KEY_ID}`, {})).status).toBe(400);
    expect((await post('/api/v0/token', {})).status).toBe(400);
    expect((await post('/api/v0/token/unknown', {})).status).toBe(400);
    for (const [path, headers] of [
      [`/api/v0/token/${API_KEY_ID}`, {}],
      ['/api/v0/token', { API_KEY_ID }],
      [`/api/v0/token/${API_KEY_ID}`, { API_KEY_ID }],
    ] as const) {
      const response = await post(path, headers);
      expect(response.status).toBe(200);
      token = ((await response.json()) as Tokens).refresh_token;
    }
  });

  it('signs out for good, as often as it is asked to', async () => {
    const { oauth_token: tokens } = await issuer.signIn();
    const signOut = (init: RequestInit): Promise<Response> =>
      issuer.fetch(`/api/v0/token/${API_KEY_ID}`, { method: 'DELETE', ...init });
    const json = { 'content-type': 'application/json' };
    // What Cotter's browser SDK sends: a type and no body.
    for (const init of [{}, { headers: json }, { headers: json, body: '{"refresh_token":"1:wrong"}' }]) {
      expect((await signOut(init)).status).toBe(200);
    }
    const { refresh_token: last } = await refreshed(tokens.refresh_token);
    for (let times = 0; times < 2; times++) {
      const response = await signOut({ headers: json, body: JSON.stringify({ refresh_token: last }) });
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toContain('application/json');
      await response.json();
    }
    expect((await issuer.refresh(last)).status).toBe(400);
  });
});

describe('the signing key', () => {
  it('gives the same key id and the same signatures after a restart', async () => {
    const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
    const answers = [];
    for (let starts = 0; starts < 2; starts++) {
      const issuer = await IssuerUnderTest.start({ signingKey, accessTokenTtlSeconds: 60 });
      const { oauth_token: tokens, token } = await issuer.signIn();
      answers.push({ kid: decodeProtectedHeader(tokens.access_token).kid, signature: token['signature'] });
      const { exp = 0, iat = 0 } = decodeJwt(tokens.access_token);
      expect(exp - iat).toBe(60);
      expect(tokens.expires_in).toBe(60);
      await issuer.close();
    }
    expect(answers[1]).toEqual(answers[0]);
  });
});
