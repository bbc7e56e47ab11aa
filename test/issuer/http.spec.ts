import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';

import { CodeSender } from '../../src/issuer/index.js';
import { OutboxCodeSender } from '../../src/issuer/index.js';
import { IssuerDatabase } from '../../src/issuer/issuer-database.js';
import { Sweeper } from '../../src/issuer/sweeper.js';
import { API_KEY_ID, IssuerUnderTest } from './issuer-under-test.js';

interface RawAnswer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `fetch` does not let anyone choose the Host. */
async function raw(url: string, method: string, path: string, headers: OutgoingHttpHeaders = {}): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const outgoing = request({ host: hostname === 'localhost' ? '127.0.0.1' : hostname, port, method, path, headers });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, headers: response.headers, body };
}

describe.each(['express', 'fastify'] as const)('the issuer as an HTTP server on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());

  it.each([
    ['GET', '/api/v0/verify/get_identity', 405, 'POST, OPTIONS'],
    ['PUT', '/api/v0/token/x', 405, 'POST, DELETE, OPTIONS'],
    ['POST', '/api/v0/token/jwks', 405, 'GET, HEAD, OPTIONS'],
    ['DELETE', '/app', 405, 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/', 405, 'GET, HEAD, OPTIONS'],
    ['OPTIONS', '/app', 204, 'GET, HEAD, POST, OPTIONS'],
    ['GET', '/api/v0/nothing', 404, undefined],
    ['GET', '/api/v0/token/x/y', 404, undefined],
    ['GET', '/nothing/at/all', 404, undefined],
    ['GET', '/app/', 404, undefined],
    ['GET', '/%ff', 404, undefined],
    ['GET', '/assets/../../package.json', 404, undefined],
    ['HEAD', '/', 200, undefined],
    ['HEAD', '/health', 200, undefined],
  ])('answers %s %s with %i', async (method, path, status, allow) => {
    const answer = await raw(issuer.url, method, path);
    // The platforms disagree about what a malformed escape is; both refuse it.
    expect(answer.status === 400 && path === '/%ff' ? 404 : answer.status).toBe(status);
    expect(answer.headers.allow).toBe(allow);
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['cache-control']).toBe('no-store');
    if (status < 400) return;
    if (path.startsWith('/api/')) expect(Object.keys(JSON.parse(answer.body) as object)).toEqual(['msg']);
    else expect(answer.body).toContain('<!doctype html>');
  });

  it.each<[string, RequestInit, number]>([
    ['a form', { body: new URLSearchParams({ grant_type: 'refresh_token' }) }, 415],
    ['text', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    ['nothing', {}, 415],
    ['too much', { body: `"${'x'.repeat(65_536)}"`, headers: { 'content-type': 'application/json' } }, 413],
    ['a bomb', { body: '{}', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' } }, 415],
    ['no JSON', { body: '{"a":', headers: { 'content-type': 'application/json' } }, 400],
  ])('refuses %s at the API', async (_what, init, status) => {
    for (const path of ['/api/v0/verify/get_identity', `/api/v0/token/${API_KEY_ID}`]) {
      const headers = { api_key_id: API_KEY_ID, ...(init.headers as Record<string, string> | undefined) };
      const response = await issuer.fetch(path, { method: 'POST', ...init, headers });
      expect(response.status).toBe(status);
      expect(Object.keys((await response.json()) as object)).toEqual(['msg']);
    }
  });

  describe('the outbox', () => {
    const hosts = (host: string): OutgoingHttpHeaders => ({ host });

    it.each<[string, OutgoingHttpHeaders]>([
      ['localhost', hosts('localhost')],
      ['localhost with a port', hosts('localhost:4000')],
      ['127.0.0.1', hosts('127.0.0.1:4000')],
      ['[::1]', hosts('[::1]:4000')],
      ['LOCALHOST', hosts('LOCALHOST')],
    ])('is open to whoever sits here and asks %s', async (_host, headers) => {
      for (const path of ['/outbox', '/outbox.json']) {
        const answer = await raw(issuer.url, 'GET', path, headers);
        expect(answer.status).toBe(200);
        expect(answer.headers['cache-control']).toBe('no-store');
      }
    });

    it.each<[string, OutgoingHttpHeaders]>([
      ['a name that was bent to this machine', hosts('evil.example')],
      ['a name that starts like this machine', hosts('localhost.evil.example:4000')],
      ['a name that ends like this machine', hosts('evil-localhost')],
      ['another address', hosts('192.168.1.7:4000')],
      ['a proxy that tells whom it speaks for', { host: 'localhost', 'x-forwarded-for': '203.0.113.9' }],
      ['a proxy that tells so by the standard', { host: 'localhost', forwarded: 'for=203.0.113.9' }],
    ])('is not there for %s', async (_who, headers) => {
      for (const path of ['/outbox', '/outbox.json']) {
        expect((await raw(issuer.url, 'GET', path, headers)).status).toBe(404);
      }
    });

    it('lists newest first on its page and oldest first as JSON', async () => {
      await issuer.ask('first@example.com');
      await issuer.ask('second@example.com');
      expect((await issuer.outbox()).map(({ to }) => to).slice(-2)).toEqual([
        'first@example.com',
        'second@example.com',
      ]);
      const page = await (await issuer.fetch('/outbox')).text();
      expect(page).toContain('For development only');
      expect(page.indexOf('second@example.com')).toBeLessThan(page.indexOf('first@example.com'));
    });
  });

  it('gives nothing internal away when the database is gone', async () => {
    const broken = await IssuerUnderTest.start({ platform });
    await broken.running.app.get(IssuerDatabase).dataSource.destroy();
    const api = await broken.refresh('1:abc');
    expect(api.status).toBe(500);
    expect(await api.json()).toEqual({ msg: 'Internal server error' });
    const page = await broken.postForm(broken.authorizePath(), { identifier: 'ann@example.com' });
    expect(page.status).toBe(500);
    expect(await page.text()).not.toMatch(/typeorm|sql|database|at .*\.ts/i);
    await broken.close();
  });

  it('finishes what it is at when it stops, then lets nobody in', async () => {
    let letGo = (): void => undefined;
    let arrived = (): void => undefined;
    const waiting = new Promise<void>((resolve) => (arrived = resolve));
    class SlowSender extends CodeSender {
      send(): Promise<void> {
        arrived();
        return new Promise((resolve) => (letGo = resolve));
      }
    }
    const stopping = await IssuerUnderTest.start({ platform, outbox: false, codeSender: new SlowSender() });
    const inFlight = stopping.postForm(stopping.authorizePath(), { identifier: 'ann@example.com' });
    await waiting;
    const closed = stopping.close();
    letGo();
    expect((await inFlight).status).toBe(303);
    await closed;
    await expect(stopping.fetch('/health')).rejects.toThrow();
    await stopping.close();
  });
});

describe('the outbox in memory', () => {
  it('forgets the oldest codes', async () => {
    const outbox = new OutboxCodeSender(2);
    for (const to of ['a', 'b', 'c']) {
      await outbox.send({ to, channel: 'EMAIL', code: '000000', link: null, sentAt: new Date(0) });
    }
    expect(outbox.messages.map(({ to }) => to)).toEqual(['b', 'c']);
  });
});

describe('the sweeper', () => {
  it('removes challenges a day after they were made, and refresh tokens a day after they expired', async () => {
    const issuer = await IssuerUnderTest.start();
    const sweeper = issuer.running.app.get(Sweeper);
    const { oauth_token: tokens } = await issuer.signIn();
    issuer.clock.advance(24 * 60 * 60_000);
    expect(await sweeper.sweep()).toBe(0);
    issuer.clock.advance(1);
    expect(await sweeper.sweep()).toBe(1);
    expect((await issuer.refresh(tokens.refresh_token)).status).toBe(200);
    issuer.clock.advance(31 * 24 * 60 * 60_000);
    expect(await sweeper.sweep()).toBe(0);
    issuer.clock.advance(1);
    expect(await sweeper.sweep()).toBe(1);
    await issuer.close();
  });

  it('stores no code, handle or refresh token in clear', async () => {
    const issuer = await IssuerUnderTest.start();
    const codePath = await issuer.ask();
    const handle = new URLSearchParams(codePath.split('?')[1]).get('handle') ?? '';
    const code = await issuer.lastCode();
    const { oauth_token: tokens } = await issuer.signIn('someone@example.com');
    const { dataSource } = issuer.running.app.get(IssuerDatabase);
    const rows: unknown[] = [];
    for (const { tableName } of dataSource.entityMetadatas)
      rows.push(await dataSource.query(`SELECT * FROM "${tableName}"`));
    const stored = JSON.stringify(rows);
    expect(stored).toContain('someone@example.com');
    for (const secret of [handle, code, tokens.refresh_token.split(':')[1] ?? '', tokens.access_token]) {
      expect(secret.length).toBeGreaterThan(5);
      expect(stored).not.toContain(`"${secret}"`);
    }
    await issuer.close();
  });
});
