import { codeChallengeOf } from '../../src/tokens/pkce.js';
import {
  API_KEY_ID,
  IssuerUnderTest,
  messageOf,
  OTHER_KEY_ID,
  REDIRECT_URL,
  type Identity,
} from './issuer-under-test.js';

describe.each(['express', 'fastify'] as const)('the way from /app to tokens on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  it('asks for the address, sends a code, takes it, and gives the documented answer', async () => {
    const page = await issuer.fetch(issuer.authorizePath());
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await page.text()).toContain('name="identifier"');

    const grant = await issuer.authorize('Ann@Example.com');
    expect(grant.state).toBe('some state');
    expect(await issuer.outbox()).toContainEqual({
      to: 'ann@example.com',
      channel: 'EMAIL',
      code: expect.stringMatching(/^\d{6}$/),
      link: null,
      sentAt: new Date(issuer.clock.nowMs).toISOString(),
    });

    const response = await issuer.exchange(grant);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const answer = (await response.json()) as Identity;
    expect(Object.keys(answer).sort()).toEqual(['identifier', 'oauth_token', 'token', 'user']);
    expect(answer.oauth_token).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
      refresh_token: expect.stringMatching(/^\d+:[A-Za-z0-9]{50}$/),
      expires_in: 3600,
      token_type: 'Bearer',
      auth_method: 'OTP',
    });
  });

  it('leaves the tokens out unless they are asked for', async () => {
    const grant = await issuer.authorize();
    const response = await issuer.postJson('/api/v0/verify/get_identity', {
      code_verifier: grant.codeVerifier,
      authorization_code: grant.code,
      challenge_id: grant.challengeId,
      redirect_url: grant.redirectUrl,
    });
    expect(response.status).toBe(200);
    expect(Object.keys((await response.json()) as object).sort()).toEqual(['identifier', 'token', 'user']);
  });

  it('describes identifier and person as the wire does', async () => {
    const { identifier, token, user } = await issuer.signIn('Someone@example.com');
    const now = new Date(issuer.clock.nowMs).toISOString();
    const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as string;
    expect(identifier).toEqual({
      ID: uuid,
      created_at: now,
      updated_at: now,
      deleted_at: '0001-01-01T00:00:00Z',
      identifier: 'someone@example.com',
      identifier_type: 'EMAIL',
      public_key: '',
      device_type: 'BROWSER',
      device_name: expect.any(String),
      expiry: new Date(issuer.clock.nowMs + 30 * 24 * 3_600_000).toISOString(),
      timestamp: now,
    });
    expect(token).toEqual({
      identifier: 'someone@example.com',
      identifier_id: identifier['ID'],
      identifier_type: 'EMAIL',
      receiver: API_KEY_ID,
      expire_at: String(issuer.clock.nowMs / 1000 + 30 * 24 * 3_600),
      timestamp: String(issuer.clock.nowMs / 1000),
      signature: expect.any(String),
    });
    expect(user).toEqual({
      ID: uuid,
      created_at: now,
      updated_at: now,
      deleted_at: null,
      issuer: API_KEY_ID,
      client_user_id: user['ID'],
      enrolled: [],
      default_method: null,
      identifier: 'someone@example.com',
      identifiers: null,
    });
  });

  it('knows a person again, and not across applications', async () => {
    const first = await issuer.signIn('again@example.com');
    const second = await issuer.signIn('AGAIN@example.com');
    expect(second.user['ID']).toBe(first.user['ID']);
    const elsewhere = await issuer.authorize('again@example.com', { api_key: OTHER_KEY_ID });
    const third = (await (await issuer.exchange(elsewhere, {}, { api_key_id: OTHER_KEY_ID })).json()) as Identity;
    expect(third.user['ID']).not.toBe(first.user['ID']);
  });

  it('makes one person of racing first sign-ins', async () => {
    const grants = [];
    for (let index = 0; index < 5; index++) grants.push(await issuer.authorize('race@example.com'));
    const answers = await Promise.all(grants.map(async (grant) => (await issuer.exchange(grant)).json()));
    expect(new Set(answers.map((answer) => (answer as Identity).user['ID'])).size).toBe(1);
  });

  it('refuses a code that was exchanged before', async () => {
    const grant = await issuer.authorize();
    expect((await issuer.exchange(grant)).status).toBe(200);
    const again = await issuer.exchange(grant);
    expect(again.status).toBe(400);
    expect(await messageOf(again)).toBe('The authorization code is not valid');
  });

  it('lets one of twenty exchanges at once have the tokens', async () => {
    const grant = await issuer.authorize();
    const answers = await Promise.all(Array.from({ length: 20 }, () => issuer.exchange(grant)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(400)]);
  });

  it.each<[string, Record<string, unknown>, Record<string, string>]>([
    ['verifier', { code_verifier: 'another' }, {}],
    ['code', { authorization_code: 'another' }, {}],
    ['redirect URL', { redirect_url: 'http://localhost:3000' }, {}],
    ['challenge', { challenge_id: 1 }, {}],
    ['challenge, too large for a row', { challenge_id: Number.MAX_SAFE_INTEGER }, {}],
    ['application', {}, { api_key_id: OTHER_KEY_ID }],
    ['application, unknown', {}, { api_key_id: 'unknown' }],
  ])('refuses another %s, and does not spend the code for it', async (_what, changes, headers) => {
    const grant = await issuer.authorize();
    const refused = await issuer.exchange(grant, changes, headers);
    expect(refused.status).toBe(400);
    expect(Object.keys((await refused.json()) as object)).toEqual(['msg']);
    expect((await issuer.exchange(grant)).status).toBe(200);
  });

  it('takes any spelling of a verifier: the hash of what arrives counts', async () => {
    for (const codeVerifier of ['5ce87194dd41be1cd63a09b6e0baa2c948df40f89bd7363772bf8e88', 'cGFkZGVkIGJhc2U2NA==']) {
      const codePath = await issuer.ask('ann@example.com', { code_challenge: codeChallengeOf(codeVerifier) });
      const landed = await issuer.postForm(codePath, { code: await issuer.lastCode() });
      const query = new URL(landed.headers.get('location') ?? '').searchParams;
      const response = await issuer.exchange({
        codeVerifier,
        code: query.get('code') ?? '',
        challengeId: Number(query.get('challenge_id')),
        state: '',
        redirectUrl: REDIRECT_URL,
      });
      expect(response.status).toBe(200);
    }
  });

  it('takes an authorization code in the last millisecond of its five minutes, and none afterwards', async () => {
    const inTime = await issuer.authorize('in-time@example.com');
    const late = await issuer.authorize('late@example.com');
    issuer.clock.advance(5 * 60_000 - 1);
    expect((await issuer.exchange(inTime)).status).toBe(200);
    issuer.clock.advance(1);
    expect((await issuer.exchange(late)).status).toBe(400);
  });

  it.each<[string, unknown]>([
    ['challenge_id must be a positive integer', { challenge_id: '1' }],
    ['challenge_id must be a positive integer', { challenge_id: 1.5 }],
    ['challenge_id must be a positive integer', { challenge_id: 0 }],
    ['challenge_id must be a positive integer', { challenge_id: 2 ** 53 }],
    ['challenge_id must be a positive integer', { challenge_id: undefined }],
    ['code_verifier must be a non-empty string', { code_verifier: '' }],
    ['authorization_code must be a non-empty string', { authorization_code: ['a'] }],
    ['redirect_url must be a non-empty string', { redirect_url: null }],
  ])('says that %s', async (message, changes) => {
    const grant = { codeVerifier: 'v', code: 'c', challengeId: 1, state: '', redirectUrl: REDIRECT_URL };
    const response = await issuer.exchange(grant, changes as Record<string, unknown>);
    expect(response.status).toBe(400);
    expect(await messageOf(response)).toBe(message);
  });

  it('takes what mobile SDKs add for phones and known users, and signs in whoever proves the number all the same', async () => {
    const stranger = (await issuer.signIn('stranger@example.com')).user['ID'];
    const query = new URLSearchParams([
      ...new URLSearchParams(issuer.authorizePath({ type: 'PHONE', redirect_url: 'yourapp://' }).split('?')[1]),
      ['direct_login', 'true'],
      ['input', '+4915123456789'],
      ['phone_channels[]', 'SMS'],
      ['phone_channels[]', 'WHATSAPP'],
      ['use_channel', 'SMS'],
      ['cotter_user_id', String(stranger)],
    ]);
    const asked = await issuer.fetch(`/app?${query.toString()}`);
    expect(asked.status).toBe(303);
    expect((await issuer.outbox()).at(-1)).toMatchObject({ to: '+4915123456789', channel: 'SMS' });
    const code = await issuer.lastCode();
    const landed = await issuer.postForm(`/${asked.headers.get('location') ?? ''}`, { code });
    const back = new URL(landed.headers.get('location') ?? '').searchParams;
    const grant = {
      codeVerifier: 'verifier',
      code: back.get('code') ?? '',
      challengeId: Number(back.get('challenge_id')),
      state: '',
      redirectUrl: 'yourapp://',
    };
    const { user } = (await (await issuer.exchange(grant)).json()) as Identity;
    expect(user['identifier']).toBe('+4915123456789');
    expect(user['ID']).not.toBe(stranger);
  });

  it('comes back to an app by its scheme, and to any port of this machine', async () => {
    const toApp = await issuer.authorize('app@example.com', { redirect_url: 'yourapp://' });
    expect((await issuer.exchange(toApp)).status).toBe(200);
    const toPort = await issuer.authorize('cli@example.com', { redirect_url: 'http://127.0.0.1:8395/cb' });
    expect((await issuer.exchange(toPort, { redirect_url: 'http://127.0.0.1:8396/cb' })).status).toBe(400);
    expect((await issuer.exchange(toPort)).status).toBe(200);
  });
});
