import { loadConfig, type AppConfig, type HttpPlatform } from '../../src/app/app.config.js';
import { startApp, type RunningApp } from '../../src/app/start-app.js';
import { findFreePorts } from './free-ports.js';
import { FrontEnd, type SignedIn } from './front-end.js';

const PARTNER = 'https://partner.example.com';

const body = async (response: Response) => JSON.parse(await response.text());

describe.each<HttpPlatform>(['express', 'fastify'])('the app on %s', (platform) => {
  let config: AppConfig;
  let running: RunningApp;
  let frontEnd: FrontEnd;
  let app: string;

  beforeAll(async () => {
    config = loadConfig({ ...(await findFreePorts()), HTTP_PLATFORM: platform, CORS_ORIGINS: PARTNER });
    running = await startApp(config);
    frontEnd = new FrontEnd(config);
    app = config.publicUrl;
  });

  afterAll(() => running.close());

  describe('the walk of a newcomer', () => {
    let signedIn: SignedIn;
    let userId: string;

    beforeAll(async () => {
      signedIn = await frontEnd.signIn('newcomer@example.com');
    });

    it('registers at the first login', async () => {
      const answer = await frontEnd.post('/login', frontEnd.payload(signedIn));
      expect(answer.status).toBe(201);
      const { user, created } = await body(answer);
      expect(created).toBe(true);
      expect(user).toMatchObject({ identifier: 'newcomer@example.com', identifierType: 'EMAIL' });
      userId = user.id;
    });

    it('finds the same user at the next login', async () => {
      const again = await frontEnd.signIn('newcomer@example.com');
      const answer = await frontEnd.post('/login', frontEnd.payload(again));
      expect(answer.status).toBe(200);
      expect(await body(answer)).toMatchObject({ created: false, user: { id: userId } });
    });

    it('opens the guarded route, which tells the principal and the row', async () => {
      const answer = await frontEnd.me(signedIn.oauth_token.access_token);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await body(answer)).toEqual({
        principal: expect.objectContaining({
          subject: signedIn.user.ID,
          identifier: 'newcomer@example.com',
          authenticationMethod: 'OTP',
          issuer: frontEnd.issuer,
        }),
        user: {
          id: userId,
          identifier: 'newcomer@example.com',
          identifierType: 'EMAIL',
          createdAt: expect.any(String),
          lastLoginAt: expect.any(String),
          lastAuthenticationMethod: 'OTP',
        },
      });
    });

    it('tells null for the row of a person who never logged in here', async () => {
      const stranger = await frontEnd.signIn('stranger@example.com');
      const answer = await frontEnd.me(stranger.oauth_token.access_token);
      expect(await body(answer)).toMatchObject({ principal: { identifier: 'stranger@example.com' }, user: null });
    });

    it('renews the token, and gives whoever raced for it the same one', async () => {
      const spent = { refresh_token: signedIn.oauth_token.refresh_token };
      const renewal = await frontEnd.post('/refresh', spent);
      expect(renewal.status).toBe(200);
      const renewed = await body(renewal);
      expect(renewed.refresh_token).not.toBe(spent.refresh_token);
      expect((await frontEnd.me(renewed.access_token)).status).toBe(200);

      const replayed = await frontEnd.post('/refresh', spent);
      expect(replayed.status).toBe(200);
      expect(await body(replayed)).toEqual(renewed);
    });

    it('takes a phone number as well', async () => {
      const byPhone = await frontEnd.signIn('+14155552671');
      const answer = await frontEnd.post('/login', frontEnd.payload(byPhone));
      expect(answer.status).toBe(201);
      expect(await body(answer)).toMatchObject({ user: { identifier: '+14155552671', identifierType: 'PHONE' } });
    });
  });

  describe('its routes', () => {
    it.each([
      ['/ping', { message: 'pong' }],
      ['/health', { status: 'ok' }],
    ])('answers %s to anybody', async (path, expected) => {
      const answer = await fetch(`${app}${path}`);
      expect(answer.status).toBe(200);
      expect(await body(answer)).toEqual(expected);
    });

    it('guards /me', async () => {
      const answer = await fetch(`${app}/me`);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="cotter"');
      expect(await body(answer)).toMatchObject({ code: 'missing_credentials' });
    });

    it('tells the page where to sign people in', async () => {
      expect(await body(await fetch(`${app}/config.json`))).toEqual({
        signInUrl: `${app}/login`,
        returnTo: '/',
        outboxUrl: `${frontEnd.issuer}/outbox`,
      });
    });

    it.each([
      ['/', 'text/html; charset=utf-8'],
      ['/assets/app.js', 'text/javascript; charset=utf-8'],
      ['/assets/sessions.js', 'text/javascript; charset=utf-8'],
      ['/assets/app.css', 'text/css; charset=utf-8'],
      ['/assets/favicon.svg', 'image/svg+xml; charset=utf-8'],
      ['/favicon.ico', 'image/svg+xml; charset=utf-8'],
    ])('sends %s as %s, and not again where it is known', async (path, mediaType) => {
      const answer = await fetch(`${app}${path}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')?.toLowerCase()).toBe(mediaType);
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      const etag = answer.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]{22}"$/);

      const known = await fetch(`${app}${path}`, { headers: { 'If-None-Match': `"other", W/${etag}` } });
      expect(known.status).toBe(304);
      expect(await known.text()).toBe('');
      expect(known.headers.get('etag')).toBe(etag);
    });

    it.each(['/assets/../app.config.ts', '/assets/..%2Fapp.config.ts', '/assets/index.html%00', '/assets/'])(
      'sends nothing but the files of the page: %s',
      async (path) => {
        const answer = await fetch(`${app}${path}`);
        expect([400, 404]).toContain(answer.status);
        expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      },
    );

    it('has no script and no style inside of the page', async () => {
      const html = await (await fetch(app)).text();
      expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:/i);
      expect(html.match(/<form\b/g)).toHaveLength(html.match(/<button[^>]*type="submit"/g)?.length ?? 0);
    });
  });

  describe('its headers', () => {
    it('let the page call this app and nobody else, and lead to the issuer', async () => {
      const { headers } = await fetch(app);
      const policy = Object.fromEntries(
        (headers.get('content-security-policy') ?? '').split('; ').map((rule) => {
          const [name = '', ...sources] = rule.split(' ');
          return [name, sources.join(' ')];
        }),
      );
      expect(policy).toEqual({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'img-src': "'self'",
        'connect-src': "'self'",
        'base-uri': "'none'",
        'form-action': `'self' ${app} ${frontEnd.issuer}`,
        'frame-ancestors': "'none'",
      });
    });

    it.each(['/', '/me', '/nowhere', '/assets/app.js'])('are on every answer: %s', async (path) => {
      const { headers } = await fetch(`${app}${path}`);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('x-powered-by')).toBeNull();
    });
  });

  describe('bodies that it cannot read', () => {
    const limit = 64 * 1024;
    const json = 'application/json';
    const padded = (size: number): string => `{"refresh_token":"${'x'.repeat(size - 20)}"}`;

    it.each<[string, string | undefined, string | Uint8Array, number, string]>([
      ['broken JSON', json, '{"refresh_token": "secret', 400, 'invalid_json'],
      ['text that says it is JSON', json, 'refresh_token=secret', 400, 'invalid_json'],
      ['bytes that are no text', json, new Uint8Array([0xff, 0xfe, 0x00]), 400, 'invalid_json'],
      ['nothing at all', json, '', 400, 'invalid_body'],
      ['a bare string', json, '"secret"', 400, 'invalid_body'],
      ['a list', json, '[]', 400, 'invalid_body'],
      ['one byte too many', json, padded(limit + 1), 413, 'body_too_large'],
      ['far too many', json, padded(limit * 20), 413, 'body_too_large'],
      ['as many as are read', json, padded(limit), 400, 'invalid_body'],
      ['a form', 'application/x-www-form-urlencoded', 'refresh_token=secret', 415, 'unsupported_media_type'],
      ['plain text', 'text/plain', '{"refresh_token":"secret"}', 415, 'unsupported_media_type'],
      ['XML', 'application/xml', '<secret/>', 415, 'unsupported_media_type'],
      ['another encoding', 'application/json; charset=latin1', '{}', 415, 'unsupported_media_type'],
      ['a type that only starts like JSON', 'application/jsonsecret', '{}', 415, 'unsupported_media_type'],
    ])('answers %s as problem details that repeat nothing', async (_what, contentType, content, status, code) => {
      for (const path of ['/refresh', '/login']) {
        const answer = await fetch(`${app}${path}`, {
          method: 'POST',
          headers: contentType === undefined ? {} : { 'Content-Type': contentType },
          body: content,
        });
        expect(answer.status).toBe(status);
        expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
        expect(answer.headers.get('cache-control')).toBe('no-store');
        const text = await answer.text();
        expect(text).not.toContain('secret');
        expect(JSON.parse(text)).toEqual({
          type: `urn:nestjs-cotter:error:${code}`,
          title: expect.any(String),
          status,
          detail: expect.any(String),
          code,
        });
      }
    });

    it('reads no compressed body', async () => {
      const answer = await fetch(`${app}/refresh`, {
        method: 'POST',
        headers: { 'Content-Type': json, 'Content-Encoding': 'gzip' },
        body: new Uint8Array([0x1f, 0x8b]),
      });
      expect(answer.status).toBe(415);
      expect(await body(answer)).toMatchObject({ code: 'unsupported_media_type' });
    });

    it.each([
      ['GET', '/nowhere?token=secret'],
      ['POST', '/me'],
      ['GET', '/login/nowhere'],
      ['GET', '/%E0%A4%A'],
    ])('answers %s %s without repeating it', async (method, path) => {
      const answer = await fetch(`${app}${path}`, { method });
      expect([400, 404]).toContain(answer.status);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      const text = await answer.text();
      expect(text).not.toMatch(/secret|nowhere|E0/);
      expect(JSON.parse(text)).toMatchObject({
        status: answer.status,
        code: expect.stringMatching(/^(not_found|bad_request)$/),
      });
    });
  });

  describe('other origins', () => {
    const preflight = (origin: string, path: string, method: string): Promise<Response> =>
      fetch(`${app}${path}`, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': method,
          'Access-Control-Request-Headers': 'authorization,content-type',
        },
      });

    it.each([
      ['/login', 'POST'],
      ['/refresh', 'POST'],
      ['/me', 'GET'],
    ])('may ask for %s where they are on the list', async (path, method) => {
      const { status, headers } = await preflight(PARTNER, path, method);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(PARTNER);
      expect(headers.get('access-control-allow-methods')).toMatch(new RegExp(`\\b${method}\\b`));
      expect(headers.get('access-control-allow-headers')?.toLowerCase()).toMatch(/authorization, ?content-type/);
      expect(headers.get('access-control-allow-credentials')).toBeNull();
      expect(headers.get('vary')).toMatch(/origin/i);
    });

    it('may read answers, refusals too, where they are on the list', async () => {
      const { status, headers } = await fetch(`${app}/me`, { headers: { Origin: PARTNER } });
      expect(status).toBe(401);
      expect(headers.get('access-control-allow-origin')).toBe(PARTNER);
      expect(headers.get('access-control-expose-headers')).toMatch(/retry-after, ?www-authenticate/i);
    });

    it.each([
      'https://stranger.example.com',
      'http://partner.example.com',
      'https://partner.example.com.evil.example',
      'https://partner.example.com:8443',
      'https://sub.partner.example.com',
      'null',
    ])('get no leave where they are not: %s', async (origin) => {
      const answers = [
        await preflight(origin, '/login', 'POST'),
        await fetch(`${app}/me`, { headers: { Origin: origin } }),
      ];
      for (const { headers } of answers) expect(headers.get('access-control-allow-origin')).toBeNull();
    });
  });
});

describe('a start that cannot succeed', () => {
  let running: RunningApp;
  let taken: { PORT: string; ISSUER_PORT: string };

  beforeAll(async () => {
    taken = await findFreePorts();
    running = await startApp(loadConfig(taken));
  });

  afterAll(() => running.close());

  it.each<HttpPlatform>(['express', 'fastify'])(
    'says in one line that a port is taken, and leaves nothing behind (%s)',
    async (platform) => {
      const free = await findFreePorts();
      const start = startApp(loadConfig({ ...free, PORT: taken.PORT, HTTP_PLATFORM: platform }));
      await expect(start).rejects.toThrow(`PORT: something else listens on ${taken.PORT} already`);
      const again = await startApp(loadConfig({ ...free, HTTP_PLATFORM: platform }));
      await again.close();
    },
  );

  it("names the issuer's port where it is that one", async () => {
    const free = await findFreePorts();
    const start = startApp(loadConfig({ ...free, ISSUER_PORT: taken.ISSUER_PORT }));
    await expect(start).rejects.toThrow(`ISSUER_PORT: something else listens on ${taken.ISSUER_PORT} already`);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'an API URL that sends tokens in clear',
      { COTTER_API_URL: 'http://auth.example.com' },
      /^COTTER_API_URL must be an https: URL/,
    ],
    ['a signing key that is none', { ISSUER_SIGNING_KEY: 'hunter2' }, /^ISSUER_SIGNING_KEY must be an ES256/],
    [
      'a redirect that is no place for codes',
      { COTTER_ALLOWED_REDIRECTS: 'javascript:alert(1)' },
      /COTTER_ALLOWED_REDIRECTS must be/,
    ],
    ['a public URL whose cookies travel in clear', { PUBLIC_URL: 'http://demo.example.com' }, /^PUBLIC_URL [^\n]+$/],
    [
      'a database that is not there',
      { DATABASE_URL: 'postgres://127.0.0.1:1/none' },
      /^DATABASE_URL: the database cannot be used: [^\n]+$/,
    ],
  ])('names the variable of %s', async (_what, environment, line) => {
    await expect(startApp(loadConfig({ ...(await findFreePorts()), ...environment }))).rejects.toThrow(line);
  });
});
