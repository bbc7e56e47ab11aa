import { ValidationPipe, VersioningType, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';

import { json, ScriptedServer } from '../../test/fixtures/scripted-server.js';
import { CotterApiClient } from '../cotter-api/cotter-api.client.js';
import { CotterOptions } from '../cotter.options.js';
import { resolveOptions } from '../cotter.options.resolver.js';
import { CotterTestIssuer } from '../testing/cotter-test-issuer.js';
import { JwksKeyProvider } from '../tokens/jwks-key-provider.js';
import { TokenVerifier } from '../tokens/token-verifier.js';
import { RefreshController } from './refresh.controller.js';
import { RefreshLedger } from '../renewal/refresh-ledger.js';
import { MemoryRefreshLedger } from '../renewal/memory-refresh-ledger.js';
import { RenewalService } from '../renewal/renewal.service.js';
import { SessionService } from '../session/session.service.js';
import { RefreshService } from './refresh.service.js';

describe.each(['express', 'fastify'])('POST /refresh on %s', (platform) => {
  let issuer: CotterTestIssuer;
  let api: ScriptedServer;
  let app: INestApplication;
  let url: string;
  let token: string;
  let tests = 0;

  beforeAll(async () => {
    issuer = await CotterTestIssuer.start();
    api = await ScriptedServer.start();
    const options = resolveOptions({ ...issuer.moduleOptions, apiUrl: api.url, apiTimeoutMs: 500 }, 'cotter');
    const keys = new JwksKeyProvider({
      jwksUri: `${issuer.url}/api/v0/token/jwks`,
      maxAgeSeconds: 600,
      maxStaleSeconds: 0,
      cooldownSeconds: 5,
    });
    const verifier = new TokenVerifier({
      trustedIssuers: [{ issuer: issuer.url, audience: issuer.apiKeyId, keys }],
      clockToleranceSeconds: 5,
    });
    const module = await Test.createTestingModule({
      controllers: [RefreshController],
      providers: [
        { provide: SessionService, useValue: null },
        { provide: CotterOptions, useValue: options },
        { provide: TokenVerifier, useValue: verifier },
        { provide: RefreshLedger, useFactory: () => new MemoryRefreshLedger() },
        CotterApiClient,
        RenewalService,
        RefreshService,
      ],
    }).compile();
    app = module.createNestApplication(platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter(), {
      logger: false,
    });
    // What a host application may have put around us.
    app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
    app.enableVersioning({ type: VersioningType.URI });
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/refresh`;
  });

  afterAll(async () => {
    await app.close();
    await issuer.close();
    await api.close();
  });

  // One that nobody has seen.
  beforeEach(() => {
    token = `a:b${String(++tests)}`;
  });

  function post(body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) {
    return fetch(url, { method: 'POST', body, headers });
  }

  it('answers 200 with the members of the wire, for nobody to store', async () => {
    const tokens = issuer.tokens({ identifier: 'ann@example.com' });
    api.play(json(200, { ...tokens, surprise: true }));
    const response = await post(JSON.stringify({ refresh_token: token, grant_type: 'refresh_token', extra: 1 }));
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('pragma')).toBe('no-cache');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    await expect(response.json()).resolves.toEqual(tokens);
  });

  it('answers with every member where the issuer sends few', async () => {
    const accessToken = issuer.token({ authenticationMethod: 'WEBAUTHN' });
    api.play(json(200, { access_token: accessToken, expires_in: 3600, token_type: 'bearer' }));
    const response = await post(JSON.stringify({ refresh_token: token }));
    await expect(response.json()).resolves.toEqual({
      access_token: accessToken,
      id_token: null,
      refresh_token: token,
      expires_in: 3600,
      token_type: 'Bearer',
      auth_method: 'WEBAUTHN',
    });
  });

  it.each([
    [400, 401, 'invalid_grant'],
    [401, 401, 'invalid_grant'],
    [404, 502, 'issuer_failed'],
    [500, 502, 'issuer_failed'],
  ])('answers the %i of the issuer with %i %s', async (upstream, status, code) => {
    api.play(json(upstream, { msg: 'a word of the issuer' }));
    const response = await post(JSON.stringify({ refresh_token: token }));
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="cotter"' : null);
    const problem = await response.text();
    expect(JSON.parse(problem)).toMatchObject({ status, code });
    expect(problem).not.toMatch(/a word of the issuer|a:b/);
  });

  it('answers 503 with the Retry-After of a busy issuer', async () => {
    api.play(json(429, {}, { 'retry-after': '17' }));
    const response = await post(JSON.stringify({ refresh_token: token }));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '17']);
  });

  it('answers 504 where the issuer is slow', async () => {
    api.play(() => undefined);
    const response = await post(JSON.stringify({ refresh_token: token }));
    expect(response.status).toBe(504);
  });

  it.each([
    ['no token', '{}', 400],
    ['an empty token', '{"refresh_token":""}', 400],
    ['another grant', '{"refresh_token":"a:b","grant_type":"password"}', 400],
    ['a list', '[]', 400],
  ])('asks nobody where the body has %s', async (_, body, status) => {
    api.play(json(200, issuer.tokens()));
    const response = await post(body);
    expect(response.status).toBe(status);
    await expect(response.json()).resolves.toMatchObject({ code: 'invalid_body' });
    expect(api.requests).toHaveLength(0);
  });

  it('asks nobody where the body is a form', async () => {
    api.play(json(200, issuer.tokens()));
    const response = await post('refresh_token=a%3Ab', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(response.status).toBe(415);
    expect(api.requests).toHaveLength(0);
  });
});
