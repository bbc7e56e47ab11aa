import { json, ScriptedServer, text, type Script } from '../../test/fixtures/scripted-server.js';
import { CotterError } from '../errors/cotter.error.js';
import { InvalidRedirectUrlError } from '../errors/identifier.errors.js';
import { IssuerBusyError, IssuerFailedError } from '../errors/issuer.errors.js';
import { InvalidBodyError } from '../errors/request.errors.js';
import { resolveOptions } from '../cotter.options.resolver.js';
import { CotterApiClient } from './cotter-api.client.js';
import type { CodeExchange } from './code-exchange.js';

const API_KEY_ID = '19024767-a0b2-4221-8faa-ef116dc853d0';
const REFRESH_TOKEN = '27944:lb31DY5pG229n';

const exchange: CodeExchange = {
  codeVerifier: '5ce87194dd41be1cd63a09b6e0baa2c948df40f89bd7363772bf8e88',
  authorizationCode: 'the-code',
  challengeId: 42,
  redirectUrl: 'http://127.0.0.1:8395',
};

const oauthToken = {
  access_token: 'access',
  id_token: 'id',
  refresh_token: '27944:next',
  expires_in: 3600,
  token_type: 'Bearer',
  auth_method: 'OTP',
};

const identityAnswer = {
  identifier: { ID: 'f4286df9', identifier: 'user@example.com', identifier_type: 'EMAIL' },
  oauth_token: oauthToken,
  user: { ID: '643a42c7', identifier: 'user@example.com' },
};

function clientOf(apiUrl: string, apiTimeoutMs = 5_000): CotterApiClient {
  return new CotterApiClient(resolveOptions({ apiKeyId: API_KEY_ID, apiUrl, apiTimeoutMs }, 'cotter'));
}

async function failureOf(call: Promise<unknown>): Promise<CotterError> {
  const outcome: unknown = await call.then(
    () => 'no failure',
    (error: unknown) => error,
  );
  if (outcome instanceof CotterError) return outcome;
  throw new Error('expected a CotterError', { cause: outcome });
}

describe('CotterApiClient', () => {
  let server: ScriptedServer;
  let client: CotterApiClient;

  beforeAll(async () => {
    server = await ScriptedServer.start();
    client = clientOf(`${server.url}/api/v0`);
  });

  afterAll(() => server.close());

  describe('exchanges a code', () => {
    it('by POST to get_identity, with the challenge id as an integer', async () => {
      server.play(json(200, identityAnswer));
      const identity = await client.exchangeCode({ ...exchange, challengeId: '42' });
      expect(server.requests).toEqual([
        expect.objectContaining({
          method: 'POST',
          url: '/api/v0/verify/get_identity?oauth_token=true',
          headers: expect.objectContaining({ api_key_id: API_KEY_ID, 'content-type': 'application/json' }),
          body: {
            code_verifier: exchange.codeVerifier,
            authorization_code: 'the-code',
            challenge_id: 42,
            redirect_url: 'http://127.0.0.1:8395',
          },
        }),
      ]);
      expect(identity.oauthToken.accessToken).toBe('access');
      expect(identity.identifier.identifier).toBe('user@example.com');
      expect(identity.raw).toEqual(identityAnswer);
    });

    it('after a social login, with its auth_method', async () => {
      server.play(json(200, identityAnswer));
      await client.exchangeCode(exchange, { authMethod: 'SOCIAL_LOGIN&oauth_token=false' });
      expect(server.requests[0]?.url).toBe(
        '/api/v0/verify/get_identity?oauth_token=true&auth_method=SOCIAL_LOGIN%26oauth_token%3Dfalse',
      );
    });

    it('without OAuth tokens, where they are not wanted', async () => {
      server.play(json(200, { identifier: identityAnswer.identifier, token: { signature: 'XIbztHLKQSqz' } }));
      const identity = await client.exchangeCode(exchange, { oauthToken: false });
      expect(server.requests[0]?.url).toBe('/api/v0/verify/get_identity');
      expect(identity).toMatchObject({ oauthToken: null, user: null, token: { signature: 'XIbztHLKQSqz' } });
    });

    it('and fails where they are wanted and do not come', async () => {
      server.play(json(200, { identifier: identityAnswer.identifier }));
      await expect(client.exchangeCode(exchange)).rejects.toBeInstanceOf(IssuerFailedError);
    });

    it('and does not try again by itself', async () => {
      server.play(json(500, { msg: 'Fail creating token' }));
      await expect(client.exchangeCode(exchange)).rejects.toBeInstanceOf(IssuerFailedError);
      expect(server.requests).toHaveLength(1);
    });

    it.each([
      ['codeVerifier', ''],
      ['codeVerifier', 42],
      ['codeVerifier', 'x'.repeat(4097)],
      ['authorizationCode', ''],
      ['authorizationCode', undefined],
      ['challengeId', '4e1'],
      ['challengeId', '0x2a'],
      ['challengeId', ' 42'],
      ['challengeId', '42\n'],
      ['challengeId', ''],
      ['challengeId', '٤٢'],
      ['challengeId', '9007199254740993'],
      ['challengeId', '12345678901234567'],
      ['challengeId', -1],
      ['challengeId', 4.2],
      ['challengeId', Infinity],
      ['challengeId', [42]],
      ['challengeId', null],
      ['redirectUrl', undefined],
      ['redirectUrl', ['http://127.0.0.1:8395']],
    ])('only with a proper %s, not %j', async (member, value) => {
      server.play(json(200, identityAnswer));
      await expect(client.exchangeCode({ ...exchange, [member]: value })).rejects.toBeInstanceOf(InvalidBodyError);
      expect(server.requests).toHaveLength(0);
    });

    it('only for a redirect URL that a code may be sent to', async () => {
      server.play(json(200, identityAnswer));
      const call = client.exchangeCode({ ...exchange, redirectUrl: 'javascript:alert(1)' });
      await expect(call).rejects.toBeInstanceOf(InvalidRedirectUrlError);
      expect(server.requests).toHaveLength(0);
    });
  });

  describe('refreshes', () => {
    it('by POST to the token endpoint of the project', async () => {
      server.play(json(200, oauthToken));
      await expect(client.refresh(REFRESH_TOKEN)).resolves.toEqual({
        accessToken: 'access',
        idToken: 'id',
        refreshToken: '27944:next',
        expiresIn: 3600,
        tokenType: 'Bearer',
        authMethod: 'OTP',
      });
      expect(server.requests).toEqual([
        expect.objectContaining({
          method: 'POST',
          url: `/api/v0/token/${API_KEY_ID}`,
          headers: expect.objectContaining({ api_key_id: API_KEY_ID }),
          body: { grant_type: 'refresh_token', refresh_token: REFRESH_TOKEN },
        }),
      ]);
    });

    it('with no more than an access token in the answer', async () => {
      server.play(json(200, { access_token: 'access', expires_in: 3600, id_token: null, refresh_token: '' }));
      await expect(client.refresh(REFRESH_TOKEN)).resolves.toEqual({
        accessToken: 'access',
        idToken: null,
        refreshToken: null,
        expiresIn: 3600,
        tokenType: 'Bearer',
        authMethod: null,
      });
    });

    it.each([
      ['no access token', { ...oauthToken, access_token: undefined }],
      ['an empty access token', { ...oauthToken, access_token: '' }],
      ['an access token that is no string', { ...oauthToken, access_token: { jwt: 'access' } }],
      ['an ID token that is no string', { ...oauthToken, id_token: 1 }],
      ['a refresh token that is no string', { ...oauthToken, refresh_token: ['27944:next'] }],
      ['a lifetime that is no number', { ...oauthToken, expires_in: '3600' }],
      ['a lifetime below zero', { ...oauthToken, expires_in: -1 }],
      ['tokens of another type', { ...oauthToken, token_type: 'DPoP' }],
      ['a list', [oauthToken]],
      ['null', null],
      ['a string', 'ok'],
    ])('never with %s', async (_, answer) => {
      server.play(json(200, answer));
      await expect(client.refresh(REFRESH_TOKEN)).rejects.toBeInstanceOf(IssuerFailedError);
    });
  });

  describe('revokes', () => {
    it.each([
      ['200', json(200, { success: true })],
      ['204', text(204, '')],
      ['200 and no JSON', text(200, 'bye')],
    ])('by DELETE, answered with %s', async (_, script) => {
      server.play(script);
      await expect(client.revoke(REFRESH_TOKEN)).resolves.toBeUndefined();
      expect(server.requests).toEqual([
        expect.objectContaining({
          method: 'DELETE',
          url: `/api/v0/token/${API_KEY_ID}`,
          headers: expect.objectContaining({ api_key_id: API_KEY_ID, 'content-type': 'application/json' }),
          body: { refresh_token: REFRESH_TOKEN },
        }),
      ]);
    });
  });

  const calls: readonly (readonly [string, (client: CotterApiClient) => Promise<unknown>])[] = [
    ['exchangeCode', (client) => client.exchangeCode(exchange)],
    ['refresh', (client) => client.refresh(REFRESH_TOKEN)],
    ['revoke', (client) => client.revoke(REFRESH_TOKEN)],
  ];

  describe.each(calls)('maps what goes wrong in %s', (name, call) => {
    const refusals: readonly (readonly [string, Script, string])[] = [
      ['400', json(400, { msg: 'Refresh token is not valid' }), 'invalid_grant'],
      ['400 without JSON', text(400, '<h1>Bad Request</h1>'), 'invalid_grant'],
      ['401', json(401, { msg: 'no' }), 'invalid_grant'],
      ['403', json(403, { msg: 'no' }), 'issuer_failed'],
      ['404', json(404, { msg: 'no' }), 'issuer_failed'],
      ['409', json(409, { msg: 'no' }), 'issuer_failed'],
      ['429', json(429, { msg: 'slower' }), 'issuer_busy'],
      ['500', json(500, { msg: 'Fail creating token' }), 'issuer_failed'],
      ['503', json(503, {}, { 'retry-after': '60' }), 'issuer_failed'],
      ['a redirect', text(302, '', { location: '/elsewhere' }), 'issuer_failed'],
      ['a permanent redirect', text(308, '', { location: '/elsewhere' }), 'issuer_failed'],
      ['304', text(304, ''), 'issuer_failed'],
      ['2 MB', text(200, `"${'x'.repeat(2_000_000)}"`), 'issuer_failed'],
      ['a refusal of 2 MB', text(400, 'x'.repeat(2_000_000)), 'issuer_failed'],
    ];

    it.each(refusals)('%s', async (_, script, code) => {
      server.play(script);
      await expect(failureOf(call(client))).resolves.toMatchObject({ code });
      expect(server.requests).toHaveLength(1);
    });

    // Nobody needs the body of a sign-out's answer.
    const nonsense: readonly (readonly [string, Script])[] =
      name === 'revoke'
        ? []
        : [
            ['HTML', text(200, '<!doctype html><p>Sign in to the Wi-Fi', { 'content-type': 'text/html' })],
            ['truncated JSON', text(200, '{"access_token":"eyJhbGciOi')],
            ['an empty answer', text(200, '')],
            ['204', text(204, '')],
          ];

    if (nonsense.length > 0) {
      it.each(nonsense)('%s', async (_, script) => {
        server.play(script);
        await expect(failureOf(call(client))).resolves.toMatchObject({ code: 'issuer_failed' });
      });
    }

    it.each([
      ['17', 17],
      ['0', 0],
    ])('429 with Retry-After: %s', async (field, retryAfterSeconds) => {
      server.play(json(429, {}, { 'retry-after': field }));
      await expect(failureOf(call(client))).resolves.toMatchObject({ retryAfterSeconds });
    });

    it('429 without Retry-After', async () => {
      server.play(json(429, {}));
      const failure = await failureOf(call(client));
      expect(failure).toBeInstanceOf(IssuerBusyError);
      expect(failure).toMatchObject({ retryAfterSeconds: expect.any(Number) });
    });

    it('silence until the deadline', async () => {
      server.play(() => undefined);
      const impatient = clientOf(server.url, 100);
      await expect(failureOf(call(impatient))).resolves.toMatchObject({ code: 'issuer_timeout' });
    });

    it('a refused connection', async () => {
      const gone = await ScriptedServer.start();
      const { url } = gone;
      await gone.close();
      await expect(failureOf(call(clientOf(url)))).resolves.toMatchObject({ code: 'issuer_failed' });
    });

    it('without a word of the issuer, or of the secrets, in the error', async () => {
      server.play((response, { body }) => {
        response.writeHead(500).end(`the database says: ${JSON.stringify(body)}`);
      });
      const failure = await failureOf(call(client));
      const { cause } = failure;
      expect(cause).toBeInstanceOf(Error);
      expect(`${failure.message} ${String(failure.stack)} ${String(cause)}`).not.toMatch(
        /database|lb31DY5|the-code|5ce87194/,
      );
    });
  });

  it.each(['', 'x'.repeat(4097), 'ä'.repeat(2049)])(
    'sends nothing for what cannot be a refresh token',
    async (token) => {
      server.play(json(200, oauthToken));
      await expect(client.refresh(token)).rejects.toBeInstanceOf(InvalidBodyError);
      await expect(client.revoke(token)).rejects.toBeInstanceOf(InvalidBodyError);
      expect(server.requests).toHaveLength(0);
    },
  );
});
