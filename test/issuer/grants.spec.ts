import { generateKeyPairSync } from 'node:crypto';

import { decodeJwt } from 'jose';
import nacl from 'tweetnacl';

import {
  API_KEY_ID,
  IssuerUnderTest,
  messageOf,
  OTHER_KEY_ID,
  type Identity,
  type Tokens,
} from './issuer-under-test.js';

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));

/** As cotter-token-js does it: section 4.6 of the sheet, "detached Ed25519, base64, over the plain concatenation". */
function isSignedBy(publicKey: string, { token }: Identity): boolean {
  const { identifier, identifier_type, receiver, expire_at, signature = '' } = token;
  const message = Buffer.from(`${identifier}${identifier_type}${receiver}${expire_at}`);
  return nacl.sign.detached.verify(new Uint8Array(message), bytesOf(signature), bytesOf(publicKey));
}

async function publishedKeyOf(issuer: IssuerUnderTest): Promise<string> {
  const response = await issuer.fetch('/api/v0/verify/public_key');
  expect(response.status).toBe(200);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
  const { algorithm, public_key } = (await response.json()) as { algorithm: string; public_key: string };
  expect(algorithm).toBe('ED25519');
  expect(bytesOf(public_key)).toHaveLength(32);
  return public_key;
}

describe.each(['express', 'fastify'] as const)('the older grants on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({
      platform,
      clients: [
        { apiKeyId: API_KEY_ID, apiSecretKey: 'secret-key-of-the-test-app', ...lists },
        { apiKeyId: OTHER_KEY_ID, apiSecretKey: 'secret-key-of-the-other-app', ...lists },
      ],
    });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  const lists = { allowedOrigins: ['http://localhost:3000'], allowedRedirects: ['http://localhost:3000/'] };
  const other = { API_KEY_ID: OTHER_KEY_ID, API_SECRET_KEY: 'secret-key-of-the-other-app' };

  describe('the signed token of get_identity (sheet, section 4.6)', () => {
    it('verifies with tweetnacl by the published key, and not once it is changed', async () => {
      const publicKey = await publishedKeyOf(issuer);
      const identity = await issuer.signIn();
      expect(isSignedBy(publicKey, identity)).toBe(true);
      const changed = { ...identity, token: { ...identity.token, identifier: 'eve@example.com' } };
      expect(isSignedBy(publicKey, changed)).toBe(false);
    });

    const exchange = (token: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      issuer.asServer('POST', '/api/v0/token', { grant_type: 'identity_token', identity_token: token }, headers);

    it('is exchanged for tokens with the secret key (sheet, section 13)', async () => {
      const { token, user } = await issuer.signIn();
      const signedInAt = token['timestamp'];
      issuer.clock.advance(3_600_000);
      const response = await exchange(token);
      expect(response.status).toBe(200);
      const tokens = (await response.json()) as Tokens;
      expect(tokens).toMatchObject({ auth_method: 'OTP', token_type: 'Bearer', expires_in: 3600 });
      expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: user['ID'], identifier: 'ann@example.com' });
      expect(decodeJwt(tokens.id_token)).toMatchObject({ auth_time: signedInAt });
      expect((await issuer.refresh(tokens.refresh_token)).status).toBe(200);
    });

    it('is refused without the secret key', async () => {
      const { token } = await issuer.signIn();
      const response = await issuer.postJson('/api/v0/token', { grant_type: 'identity_token', identity_token: token });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ code: 'secret_key_missing' });
    });

    it.each<[string, Record<string, unknown>]>([
      ['another identifier', { identifier: 'eve@example.com' }],
      ['another type', { identifier_type: 'PHONE' }],
      ['a later end', { expire_at: '9999999999' }],
      ['an end without end', { expire_at: '' }],
      ['another receiver', { receiver: OTHER_KEY_ID }],
      ['members that meet elsewhere', { identifier: 'ann@example.comEMAIL', identifier_type: '' }],
      ['no signature', { signature: '' }],
      ['a signature that is no text', { signature: 7 }],
    ])('is refused with %s', async (_what, changes) => {
      const { token } = await issuer.signIn();
      const response = await exchange({ ...token, ...changes });
      expect(response.status).toBe(400);
      expect(await messageOf(response)).toBe('identity_token is not valid');
    });

    it('is refused to another application, after thirty days, and where it is none', async () => {
      const { token } = await issuer.signIn();
      expect((await exchange(token, other)).status).toBe(400);
      expect((await exchange({ ...token, receiver: OTHER_KEY_ID }, other)).status).toBe(400);
      for (const none of [null, 'text', [], {}]) expect((await exchange(none)).status).toBe(400);
      issuer.clock.advance(30 * 24 * 3_600_000);
      expect((await exchange(token)).status).toBe(400);
    });
  });

  describe('custom claims (sheet, section 6.5)', () => {
    const custom = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      issuer.asServer('POST', '/api/v0/token/custom', body, headers);
    const attributes = { role: 'admin', user_id: 125 };

    it('stand at the top level of the new token, which ends with the old one', async () => {
      const { oauth_token: tokens } = await issuer.signIn();
      for (const token of [tokens.access_token, tokens.id_token]) {
        const { jti, ...old } = decodeJwt(token);
        const response = await custom({ token, custom_attributes: attributes });
        expect(response.status).toBe(200);
        const answer = (await response.json()) as { token: string };
        expect(Object.keys(answer)).toEqual(['token']);
        const claims = decodeJwt(answer.token);
        expect(claims).toEqual({ ...old, ...attributes, jti: expect.any(String) });
        expect(claims.jti).not.toBe(jti);
      }
    });

    it('survive rotation where the refresh token came along, under both spellings', async () => {
      const { oauth_token: tokens } = await issuer.signIn();
      const { access_token: token, refresh_token } = tokens;
      const answer = (await (await custom({ token, custom_attributes: attributes, refresh_token })).json()) as Tokens &
        Record<'refresh_tokenn', string>;
      expect(answer.refresh_tokenn).toBe(answer.refresh_token);
      expect((await issuer.refresh(refresh_token)).status).toBe(400);
      let current = answer.refresh_token;
      for (let rotations = 0; rotations < 2; rotations++) {
        const next = (await (await issuer.refresh(current)).json()) as Tokens;
        expect(decodeJwt(next.access_token)).toMatchObject(attributes);
        expect(decodeJwt(next.id_token)).toMatchObject(attributes);
        current = next.refresh_token;
      }
    });

    it('replace the ones of before', async () => {
      const { oauth_token: tokens } = await issuer.signIn();
      const first = (await (
        await custom({ token: tokens.access_token, custom_attributes: { role: 'admin' } })
      ).json()) as { token: string };
      const second = (await (await custom({ token: first.token, custom_attributes: { level: 1 } })).json()) as {
        token: string;
      };
      expect(decodeJwt(second.token)).toMatchObject({ level: 1 });
      expect(decodeJwt(second.token)).not.toHaveProperty('role');
    });

    it.each(['sub', 'aud', 'iss', 'exp', 'identifier', 'type', 'scope', 'authentication_method', 'client_user_id'])(
      'never name %s',
      async (name) => {
        const { oauth_token: tokens } = await issuer.signIn();
        const response = await custom({ token: tokens.access_token, custom_attributes: { [name]: 'x' } });
        expect(response.status).toBe(400);
      },
    );

    it('are refused for a token that is not good, or somebody else’s, and spend no refresh token for it', async () => {
      const ann = (await issuer.signIn('ann@example.com')).oauth_token;
      const bob = (await issuer.signIn('bob@example.com')).oauth_token;
      const own = { token: ann.access_token, custom_attributes: {} };
      expect((await custom(own, other)).status).toBe(400);
      expect((await custom({ ...own, token: `${ann.access_token}x` })).status).toBe(400);
      expect((await custom({ ...own, token: undefined })).status).toBe(400);
      expect((await custom({ ...own, refresh_token: bob.refresh_token })).status).toBe(400);
      expect((await custom({ ...own, custom_attributes: [] })).status).toBe(400);
      expect((await custom({ ...own, custom_attributes: { text: 'x'.repeat(2048) } })).status).toBe(400);
      expect((await issuer.postJson('/api/v0/token/custom', own)).status).toBe(401);
      issuer.clock.advance(3_600_000);
      const late = await custom({ ...own, refresh_token: ann.refresh_token });
      expect(await messageOf(late)).toBe('token is not valid');
      for (const { refresh_token: unspent } of [ann, bob]) expect((await issuer.refresh(unspent)).status).toBe(200);
    });
  });

  describe('the worker’s check (sheet, section 5, "Remote check")', () => {
    const check = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      issuer.fetch('/verify', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });

    it('answers 200 whatever it finds', async () => {
      const { oauth_token } = await issuer.signIn();
      const { access_token, id_token } = oauth_token;
      const bad = { success: false, reason: 'Error: Invalid JWT token' };
      for (const [body, headers, expected] of [
        [{ oauth_token }, {}, { success: true }],
        [{ oauth_token: { access_token } }, { API_KEY_ID }, { success: true }],
        [{ oauth_token: { access_token } }, { API_KEY_ID: OTHER_KEY_ID }, bad],
        [{ oauth_token: { access_token: `${access_token.slice(0, -4)}AAAA` } }, {}, bad],
        [{ oauth_token: { access_token: id_token } }, {}, bad],
        [{ oauth_token: {} }, {}, bad],
        [[], {}, bad],
      ] as const) {
        const response = await check(body, headers);
        expect([response.status, await response.json()]).toEqual([200, expected]);
      }
      issuer.clock.advance(3_600_000);
      expect(await (await check({ oauth_token })).json()).toEqual(bad);
    });

    it('may be asked by the pages of a registered origin', async () => {
      const ask = async (origin: string): Promise<string | null> =>
        (await check({}, { origin })).headers.get('access-control-allow-origin');
      expect(await ask('http://localhost:3000')).toBe('http://localhost:3000');
      expect(await ask('https://elsewhere.example')).toBeNull();
    });
  });
});

describe('the key of the signed objects', () => {
  it('may be the application’s own instead of one derived from the signing key', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const issuer = await IssuerUnderTest.start({
      identityKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    });
    const { x = '' } = publicKey.export({ format: 'jwk' });
    expect(await publishedKeyOf(issuer)).toBe(Buffer.from(x, 'base64url').toString('base64'));
    expect(isSignedBy(await publishedKeyOf(issuer), await issuer.signIn())).toBe(true);
    await issuer.close();
  });
});
