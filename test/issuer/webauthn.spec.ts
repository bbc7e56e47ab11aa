import { Logger } from '@nestjs/common';
import { decodeJwt } from 'jose';

import { API_KEY_ID, IssuerUnderTest, ORIGIN, OTHER_KEY_ID, type Tokens } from './issuer-under-test.js';
import { TestAuthenticator, type Mischief, type PasskeyIdentity } from './test-authenticator.js';

const SUB_ORIGIN = 'https://shop.example.com';

// The wire: sheet section 2 (endpoint 16) and section 9.7. The bodies are those that cotter@0.3.35 makes in lib/API.js.
describe.each(['express', 'fastify'] as const)('passkeys on %s', (platform) => {
  let issuer: IssuerUnderTest;
  let ann: TestAuthenticator;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({
      platform,
      clients: [
        {
          apiKeyId: API_KEY_ID,
          name: 'Test <App>',
          allowedOrigins: [ORIGIN, SUB_ORIGIN, 'http://127.0.0.1:3000', 'http://[::1]:3000'],
          allowedRedirects: ['http://localhost:3000/'],
        },
        { apiKeyId: OTHER_KEY_ID, allowedOrigins: [ORIGIN], allowedRedirects: ['http://localhost:3000/'] },
      ],
    });
    ann = new TestAuthenticator(issuer);
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  let count = 0;
  const newIdentifier = (): string => `passkey-${String(count++)}@example.com`;
  /** Somebody who has signed in by a code and registered a passkey. */
  async function registered(): Promise<{ identifier: string; tokens: Tokens; userId: string }> {
    const identifier = newIdentifier();
    const { oauth_token: tokens, user } = await issuer.signIn(identifier);
    await ann.register(identifier, tokens.access_token);
    return { identifier, tokens, userId: String(user['ID']) };
  }
  /** The cookie that a browser has after signing in on a page of the application. */
  async function cookieOf(identifier: string): Promise<string> {
    const response = await issuer.exchange(await issuer.authorize(identifier), {}, { origin: ORIGIN });
    const [cookie = ''] = response.headers.getSetCookie();
    return cookie.split(';', 1)[0] ?? '';
  }
  const refusalOf = async (response: Response): Promise<[number, unknown]> => [
    response.status,
    ((await response.json()) as { code?: unknown }).code,
  ];
  const bearer = ({ access_token: token }: Tokens): Record<string, string> => ({ Authorization: `Bearer ${token}` });

  describe('exists', () => {
    it('tells who has one on the page that asks, and nothing else', async () => {
      const { identifier } = await registered();
      const { user } = await issuer.signIn(newIdentifier());
      const answer = async (asked: string, headers?: Record<string, string>): Promise<unknown> => {
        const response = await ann.exists(asked, headers);
        expect(response.status).toBe(200);
        return response.json();
      };
      expect(await answer(` ${identifier.toUpperCase()} `)).toEqual({ exists: true });
      expect(await answer(identifier, {})).toEqual({ exists: true });
      expect(await answer(identifier, { origin: SUB_ORIGIN })).toEqual({ exists: false });
      expect(await answer(String(user['identifier']))).toEqual({ exists: false });
      expect(await answer('stranger@example.com')).toEqual({ exists: false });
      expect(await answer(identifier, { origin: ORIGIN, API_KEY_ID: OTHER_KEY_ID })).toEqual({ exists: false });
    });

    it('is refused to a page that is not registered, without a key, and without an identifier', async () => {
      const { identifier } = await registered();
      const foreign = await ann.exists(identifier, { origin: 'https://evil.example' });
      expect(await refusalOf(foreign)).toEqual([403, 'webauthn_origin']);
      expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
      expect((await ann.exists(identifier, { API_KEY_ID: 'unknown' })).status).toBe(400);
      expect((await ann.exists('')).status).toBe(400);
    });

    it('is answered a hundred times in five minutes, together with the question for a challenge', async () => {
      const headers = { origin: ORIGIN, 'x-forwarded-for': '198.51.100.7' };
      for (let times = 0; times < 50; times++) {
        expect((await ann.exists('stranger@example.com', headers)).status).toBe(200);
        expect((await ann.begin('login', 'stranger@example.com', headers)).status).toBe(200);
      }
      const refused = await ann.exists('stranger@example.com', headers);
      expect(refused.headers.get('retry-after')).toBe('300');
      expect(await refusalOf(refused)).toEqual([429, 'too_many_requests']);
      expect((await ann.begin('login', 'stranger@example.com', headers)).status).toBe(429);
      expect((await ann.exists('stranger@example.com', { ...headers, 'x-forwarded-for': '198.51.100.8' })).status).toBe(
        200,
      );
      issuer.clock.advance(5 * 60_000);
      expect((await ann.exists('stranger@example.com', headers)).status).toBe(200);
    });
  });

  describe('registration', () => {
    it('asks for what the standard wants, in the form that the SDK reads', async () => {
      const identifier = newIdentifier();
      const { oauth_token: tokens, user } = await issuer.signIn(identifier);
      const response = await ann.begin('register', identifier, bearer(tokens));
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(await response.json()).toEqual({
        publicKey: {
          rp: { name: 'Test <App>', id: 'localhost' },
          user: {
            id: Buffer.from(String(user['ID'])).toString('base64url'),
            name: identifier,
            displayName: identifier,
          },
          challenge: expect.stringMatching(/^[\w-]{43}$/),
          pubKeyCredParams: [-7, -257, -8].map((alg) => ({ alg, type: 'public-key' })),
          timeout: 300_000,
          attestation: 'none',
          excludeCredentials: [],
          authenticatorSelection: {
            residentKey: 'preferred',
            requireResidentKey: false,
            userVerification: 'required',
          },
          extensions: { credProps: true },
          hints: [],
        },
      });
    });

    it('is open to who has the cookie of a session, without spending it', async () => {
      const identifier = newIdentifier();
      const cookie = await cookieOf(identifier);
      const options = await ann.creationOptions(identifier, { cookie });
      const response = await ann.post('register/finish', identifier, ann.create(options));
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie()).toEqual([]);
      const again = await ann.creationOptions(identifier, { cookie });
      expect(again.excludeCredentials).toHaveLength(1);
      const refreshed = await issuer.postJson(
        `/api/v0/token/${API_KEY_ID}`,
        { grant_type: 'refresh_token' },
        { cookie, origin: ORIGIN },
      );
      expect(refreshed.status).toBe(200);
    });

    it('answers with the person and with tokens of the sign-in before it, for the application to go on with', async () => {
      const identifier = newIdentifier();
      const { oauth_token: tokens, user } = await issuer.signIn(identifier);
      const answer = await ann.register(identifier, tokens.access_token);
      expect(answer.user).toEqual({ ...user, enrolled: ['WEBAUTHN'], default_method: 'WEBAUTHN' });
      expect(answer.identifier).toMatchObject({ identifier, identifier_type: 'EMAIL', device_type: 'BROWSER' });
      expect(answer.token).toMatchObject({ identifier, receiver: API_KEY_ID });
      expect(answer.oauth_token.auth_method).toBe('OTP');
      expect(decodeJwt(answer.oauth_token.access_token)).toMatchObject({
        sub: user['ID'],
        identifier,
        authentication_method: 'OTP',
      });
      expect((await issuer.refresh(answer.oauth_token.refresh_token)).status).toBe(200);
      expect((await issuer.refresh(tokens.refresh_token)).status).toBe(200);
    });

    it('is refused to everybody else, strangers alike, by a message that the SDK knows', async () => {
      const identifier = newIdentifier();
      const other = newIdentifier();
      const { oauth_token: tokens } = await issuer.signIn(identifier);
      const theirs = await issuer.signIn(other);
      const theirCookie = await cookieOf(other);
      const ended = await cookieOf(identifier);
      await issuer.fetch(`/api/v0/token/${API_KEY_ID}`, {
        method: 'DELETE',
        headers: { cookie: ended, origin: ORIGIN, API_KEY_ID },
      });
      const expected = {
        msg: expect.stringContaining('session data from cookie'),
        code: 'webauthn_not_signed_in',
      };
      for (const headers of [
        {},
        bearer(theirs.oauth_token),
        { Authorization: `Bearer ${tokens.id_token}` },
        { Authorization: tokens.access_token },
        { Authorization: `Bearer ${tokens.access_token}x` },
        { cookie: theirCookie },
        { cookie: ended },
        { cookie: `cotter-refresh-${API_KEY_ID}=1:x` },
        { cookie: theirCookie, ...bearer(theirs.oauth_token) },
      ] as Record<string, string>[]) {
        for (const asked of [identifier, 'stranger@example.com']) {
          const response = await ann.begin('register', asked, headers);
          expect([response.status, await response.json()]).toEqual([401, expected]);
        }
      }
      const elsewhere = new TestAuthenticator(issuer, ORIGIN, OTHER_KEY_ID);
      expect((await elsewhere.begin('register', identifier, bearer(tokens))).status).toBe(401);
    });

    it('is refused to who has claimed an identifier without proof', async () => {
      const claimed = newIdentifier();
      const created = await issuer.postJson('/api/v0/user/create', { identifier: claimed });
      expect(created.status).toBe(200);
      expect((await ann.begin('register', claimed)).status).toBe(401);
    });

    it.each<[string, Mischief]>([
      ['another origin', { origin: 'https://evil.example' }],
      ['another port', { origin: 'http://localhost:3001' }],
      ['another RP ID', { rpId: 'evil.example' }],
      ['another kind of answer', { type: 'webauthn.get' }],
      ['a person who was not verified', { isVerified: false }],
      ['an id that is too long', { id: 'A'.repeat(1368) }],
    ])('refuses an authenticator’s answer with %s', async (_what, mischief) => {
      const identifier = newIdentifier();
      const { oauth_token: tokens } = await issuer.signIn(identifier);
      const options = await ann.creationOptions(identifier, bearer(tokens));
      const response = await ann.post('register/finish', identifier, ann.create(options, mischief));
      expect(await refusalOf(response)).toEqual([400, 'webauthn_refused']);
      expect(await (await ann.exists(identifier)).json()).toEqual({ exists: false });
    });

    it('refuses a challenge that is not its own, used or expired', async () => {
      const identifier = newIdentifier();
      const { oauth_token: tokens } = await issuer.signIn(identifier);
      const finish = (body: object, asked = identifier): Promise<Response> => ann.post('register/finish', asked, body);
      const over = [400, 'webauthn_ceremony_over'];
      const options = await ann.creationOptions(identifier, bearer(tokens));
      const other = await registered();
      const made = ann.create(options);
      for (const [asked, body] of [
        [other.identifier, made],
        ['stranger@example.com', made],
        [identifier, ann.create(options, { challenge: 'x'.repeat(43) })],
        [identifier, ann.create({ ...options, challenge: (await ann.requestOptions(identifier)).challenge })],
      ] as const) {
        expect(await refusalOf(await finish(body, asked))).toEqual(over);
      }
      expect((await finish(made)).status).toBe(200);
      expect(await refusalOf(await finish(ann.create(options)))).toEqual(over);
      const late = ann.create(await ann.creationOptions(identifier, bearer(tokens)));
      issuer.clock.advance(5 * 60_000);
      expect(await refusalOf(await finish(late))).toEqual(over);
    });

    it('refuses a passkey that somebody has, by a message that the SDK knows', async () => {
      const first = newIdentifier();
      const second = newIdentifier();
      const id = 'A'.repeat(43);
      const answers = [];
      for (const identifier of [first, second]) {
        const { oauth_token: tokens } = await issuer.signIn(identifier);
        const options = await ann.creationOptions(identifier, bearer(tokens));
        answers.push(await ann.post('register/finish', identifier, ann.create(options, { id })));
      }
      expect(answers.map(({ status }) => status)).toEqual([200, 409]);
      expect(await answers[1]?.json()).toEqual({
        msg: expect.stringContaining('credentials already registered'),
        code: 'webauthn_registered',
      });
    });
  });

  describe('login', () => {
    it('asks for the person’s passkeys and signs in by one', async () => {
      const { identifier, userId } = await registered();
      const options = await ann.requestOptions(identifier);
      expect(options).toEqual({
        rpId: 'localhost',
        challenge: expect.stringMatching(/^[\w-]{43}$/),
        allowCredentials: [{ id: expect.stringMatching(/^[\w-]{43}$/), type: 'public-key' }],
        timeout: 300_000,
        userVerification: 'required',
      });
      const response = await ann.post('login/finish', identifier, ann.sign(options));
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const [cookie = ''] = response.headers.getSetCookie();
      const answer = (await response.json()) as PasskeyIdentity;
      expect(answer.user).toMatchObject({ ID: userId, identifier, enrolled: ['WEBAUTHN'] });
      expect(answer.oauth_token.auth_method).toBe('WEBAUTHN');
      expect(decodeJwt(answer.oauth_token.access_token)).toMatchObject({
        sub: userId,
        identifier,
        authentication_method: 'WEBAUTHN',
        aud: API_KEY_ID,
      });
      expect(decodeJwt(answer.oauth_token.id_token)['auth_time']).toBe(String(issuer.clock.nowMs / 1000));
      expect(cookie).toContain(`cotter-refresh-${API_KEY_ID}=${answer.oauth_token.refresh_token}`);
      const refreshed = (await (await issuer.refresh(answer.oauth_token.refresh_token)).json()) as Tokens;
      expect(refreshed.auth_method).toBe('WEBAUTHN');
    });

    it('works again and again, with authenticators that count and with those that do not', async () => {
      const { identifier } = await registered();
      for (const signCount of [0, 0, 1, 2, 4_294_967_295]) {
        expect((await ann.login(identifier, { signCount })).status).toBe(200);
      }
    });

    it('refuses a count that does not go up, and says so in the log', async () => {
      const { identifier, userId } = await registered();
      expect((await ann.login(identifier, { signCount: 5 })).status).toBe(200);
      const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
      const forged = await ann.login(identifier, { signCount: 1, isForged: true });
      expect(await refusalOf(forged)).toEqual([400, 'webauthn_refused']);
      expect(warn).not.toHaveBeenCalled();
      for (const signCount of [4, 5, 0]) {
        expect(await refusalOf(await ann.login(identifier, { signCount }))).toEqual([400, 'webauthn_refused']);
        expect(warn).toHaveBeenLastCalledWith(expect.stringContaining(userId));
      }
      expect(warn).toHaveBeenCalledTimes(3);
      warn.mockRestore();
      expect((await ann.login(identifier, { signCount: 6 })).status).toBe(200);
    });

    it.each<[string, Mischief]>([
      ['another origin', { origin: 'https://evil.example' }],
      ['another registered origin', { origin: SUB_ORIGIN }],
      ['another RP ID', { rpId: 'example.com' }],
      ['another kind of answer', { type: 'webauthn.create' }],
      ['a person who was not verified', { isVerified: false }],
      ['the handle of somebody else', { userHandle: Buffer.from('somebody else').toString('base64url') }],
      ['the signature of another key', { isForged: true }],
    ])('refuses an authenticator’s answer with %s', async (_what, mischief) => {
      const { identifier } = await registered();
      const response = await ann.login(identifier, mischief);
      expect(await refusalOf(response)).toEqual([400, 'webauthn_refused']);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect((await ann.login(identifier)).status).toBe(200);
    });

    it('takes an answer without a handle', async () => {
      const { identifier } = await registered();
      expect((await ann.login(identifier, { userHandle: '' })).status).toBe(200);
    });

    it('refuses a challenge that is not its own, used or expired', async () => {
      const { identifier, tokens } = await registered();
      const other = await registered();
      const finish = (body: object, asked = identifier): Promise<Response> => ann.post('login/finish', asked, body);
      const over = [400, 'webauthn_ceremony_over'];
      const options = await ann.requestOptions(identifier);
      const { challenge } = await ann.creationOptions(identifier, bearer(tokens));
      for (const [asked, body] of [
        [other.identifier, ann.sign(options)],
        ['stranger@example.com', ann.sign(options)],
        [identifier, ann.sign({ ...options, challenge: 'x'.repeat(43) })],
        [identifier, ann.sign({ ...options, challenge })],
      ] as const) {
        expect(await refusalOf(await finish(body, asked))).toEqual(over);
      }
      const signed = ann.sign(options);
      expect((await finish(signed)).status).toBe(200);
      expect(await refusalOf(await finish(signed))).toEqual(over);
      const late = ann.sign(await ann.requestOptions(identifier));
      issuer.clock.advance(5 * 60_000);
      expect(await refusalOf(await finish(late))).toEqual(over);
    });

    it('refuses the passkey of somebody else', async () => {
      const { identifier } = await registered();
      const other = await registered();
      const { allowCredentials = [] } = await ann.requestOptions(other.identifier);
      const options = await ann.requestOptions(identifier);
      const signed = ann.sign({ ...options, allowCredentials }, { userHandle: '' });
      expect(await refusalOf(await ann.post('login/finish', identifier, signed))).toEqual([400, 'webauthn_refused']);
    });

    it('asks a stranger for a passkey that nobody has, the same one every time, and refuses whatever comes', async () => {
      const stranger = newIdentifier();
      const first = await ann.requestOptions(stranger);
      const second = await ann.requestOptions(stranger);
      expect(first).toEqual({ ...second, challenge: first.challenge });
      expect(first.allowCredentials).toEqual([{ id: expect.stringMatching(/^[\w-]{43}$/), type: 'public-key' }]);
      expect((await ann.requestOptions(newIdentifier())).allowCredentials).not.toEqual(first.allowCredentials);
      const signed = ann.sign(first);
      expect(await refusalOf(await ann.post('login/finish', stranger, signed))).toEqual([400, 'webauthn_refused']);
      await issuer.signIn(stranger);
      expect((await ann.requestOptions(stranger)).allowCredentials).toEqual(first.allowCredentials);
    });
  });

  describe('the page', () => {
    it.each<[string, Record<string, string>, unknown]>([
      ['is not registered', { origin: 'https://evil.example' }, 'https://evil.example'],
      ['says another origin than its browser', {}, SUB_ORIGIN],
      ['says none', {}, undefined],
      ['says something else than a text', {}, [ORIGIN]],
      ['is not registered, and says another', { origin: 'https://evil.example' }, ORIGIN],
    ])('that %s is refused', async (_what, headers, origin) => {
      const { identifier, tokens } = await registered();
      for (const path of ['register/begin', 'register/finish', 'login/begin', 'login/finish']) {
        const response = await ann.post(path, identifier, { origin }, { ...headers, ...bearer(tokens) });
        expect(await refusalOf(response)).toEqual([403, 'webauthn_origin']);
      }
    });

    it.each(['http://127.0.0.1:3000', 'http://[::1]:3000'])('at %s is told that it needs a name', async (origin) => {
      const page = new TestAuthenticator(issuer, origin);
      expect(await refusalOf(await page.begin('login', 'stranger@example.com'))).toEqual([
        403,
        'webauthn_origin_unnamed',
      ]);
    });

    it('of another host has passkeys of its own', async () => {
      const { identifier, tokens } = await registered();
      const shop = new TestAuthenticator(issuer, SUB_ORIGIN);
      const options = await shop.creationOptions(identifier, bearer(tokens));
      expect([options.rp.id, options.excludeCredentials]).toEqual(['shop.example.com', []]);
      expect((await shop.post('register/finish', identifier, shop.create(options))).status).toBe(200);
      expect((await shop.login(identifier)).status).toBe(200);
      const [own] = (await ann.requestOptions(identifier)).allowCredentials ?? [];
      const [theirs] = (await shop.requestOptions(identifier)).allowCredentials ?? [];
      expect(own?.id).not.toBe(theirs?.id);
    });
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['a list', { response: [] }],
    ['numbers', { id: 1, rawId: 1, type: 'public-key', response: { clientDataJSON: 1 } }],
    ['text that is no JSON', { response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA' } }],
    ['JSON that is no object', { response: { clientDataJSON: Buffer.from('null').toString('base64url') } }],
    ['a nested challenge', { response: { clientDataJSON: Buffer.from('{"challenge":[]}').toString('base64url') } }],
    ['padded base64', { response: { clientDataJSON: 'e30=', attestationObject: 'e30=' } }],
  ])('refuses a body with %s', async (_what, body) => {
    const { identifier } = await registered();
    for (const path of ['register/finish', 'login/finish']) {
      const response = await ann.post(path, identifier, { ...(body as object), origin: ORIGIN });
      expect(await refusalOf(response)).toEqual([400, 'webauthn_refused']);
    }
  });

  it('refuses attestation that it has not asked for and that does not decode', async () => {
    const identifier = newIdentifier();
    const { oauth_token: tokens } = await issuer.signIn(identifier);
    for (const attestationObject of ['AAAA', 'oWNmbXRkYXBwbGU', 'v2NmbXRmcGFja2Vk']) {
      const made = ann.create(await ann.creationOptions(identifier, bearer(tokens)));
      const response = { ...(made['response'] as object), attestationObject };
      const answer = await ann.post('register/finish', identifier, { ...made, response });
      expect(await refusalOf(answer)).toEqual([400, 'webauthn_refused']);
    }
  });

  it('shows the method wherever a person is described', async () => {
    const { identifier, userId } = await registered();
    expect((await issuer.signIn(identifier)).user).toMatchObject({
      enrolled: ['WEBAUTHN'],
      default_method: 'WEBAUTHN',
    });
    const shown = await issuer.fetch(`/api/v0/user/enrolled/${userId}/WEBAUTHN`, { headers: { API_KEY_ID } });
    expect(await shown.json()).toEqual({ method: 'WEBAUTHN', enrolled: true });
  });
});
