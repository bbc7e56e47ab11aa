import { request } from 'node:http';

import type { INestApplication } from '@nestjs/common';
import { CotterModule, type CotterForRootOptions, type CotterPrincipal, type SessionMode } from 'nestjs-cotter';

import { Browser } from '../fixtures/browser.js';
import { hostilePaths } from '../fixtures/hostile-paths.js';
import { API_KEY_ID, IssuerUnderTest } from '../issuer/issuer-under-test.js';
import { inMemory } from './login-database.js';
import { platforms, startApplication, type TestApplication } from './platforms.js';
import {
  AS_PAGE,
  AS_PROGRAM,
  begin,
  failureOf,
  GuardedController,
  KEYS,
  locationOf,
  proveTo,
  signInCookiesOf,
  SITE,
} from './redirect.fixture.js';

const modes: SessionMode[] = ['server', 'token'];

describe.each(platforms.flatMap((platform) => modes.map((mode) => [platform, mode] as const)))(
  'the sign-in by redirect on %s, with sessions of mode %s,',
  (platform, mode) => {
    let issuer: IssuerUnderTest;
    let server: TestApplication;
    let browser: Browser;

    beforeAll(async () => {
      const paths = ['/login/callback', '/api/auth/login/callback', '/auth/login/callback'];
      const allowedRedirects = [...paths.map((path) => SITE + path), 'https://app.example.com/login/callback'];
      issuer = await IssuerUnderTest.start({
        platform,
        clients: [{ apiKeyId: API_KEY_ID, allowedOrigins: [SITE], allowedRedirects }],
      });
    });
    afterAll(() => issuer.close());
    // Another moment for each test: the issuer sends one address so many codes and no more.
    beforeEach(() => issuer.clock.advance(20 * 60_000));
    afterEach(() => server.app.close());

    async function start(
      changes: Partial<CotterForRootOptions> = {},
      prepare?: (app: INestApplication) => void,
    ): Promise<void> {
      const module = CotterModule.forRoot({
        apiKeyId: API_KEY_ID,
        issuer: issuer.url,
        apiUrl: `${issuer.url}/api/v0`,
        jsUrl: issuer.url,
        clock: issuer.clock.read,
        publicUrl: SITE,
        session: { mode, encryptionKeys: KEYS },
        redirect: true,
        ...changes,
      });
      server = await startApplication(
        platform,
        { imports: [inMemory().module(), module], controllers: [GuardedController] },
        prepare,
      );
      browser = new Browser(server.url);
    }

    const identifierOf = async (who: Browser): Promise<unknown> => {
      const { status, body } = await who.get('/me');
      return status === 200 ? (body as CotterPrincipal).identifier : status;
    };

    describe('leads to a session', () => {
      it('by way of the issuer, and on to where the person wanted to go', async () => {
        await start();
        const begun = await begin(browser, '?returnTo=%2Forders%3Ftab%3Ditems%23latest');
        expect(begun.authorizeUrl.origin + begun.authorizeUrl.pathname).toBe(`${issuer.url}/app`);
        const asked = Object.fromEntries(begun.authorizeUrl.searchParams);
        expect(asked).toEqual({
          api_key: API_KEY_ID,
          redirect_url: `${SITE}/login/callback`,
          type: 'EMAIL',
          code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
          state: expect.stringMatching(/^[\w-]{43}$/) as string,
        });
        await expect(identifierOf(browser)).resolves.toBe(401);
        const answer = await browser.get(await proveTo(issuer, begun), AS_PAGE);
        expect(answer.headers.get('location')).toBe('/orders?tab=items#latest');
        expect(locationOf(answer).origin).toBe(SITE);
        expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
        const names = mode === 'server' ? ['cotter-session'] : ['cotter-session', 'cotter-access'];
        expect([...browser.cookies.keys()]).toEqual(names);
        await expect(identifierOf(browser)).resolves.toBe('ann@example.com');
      });

      it('that renews itself: it has the refresh token for its own', async () => {
        await start();
        await browser.get(await proveTo(issuer, await begin(browser)));
        const { body } = await browser.get('/me');
        issuer.clock.advance(2 * 3_600_000);
        const renewed = await browser.get('/me');
        expect(renewed.status).toBe(200);
        expect((renewed.body as CotterPrincipal).tokenId).not.toBe((body as CotterPrincipal).tokenId);
      });

      it('in the place of the one that the browser had', async () => {
        await start();
        await browser.get(await proveTo(issuer, await begin(browser)));
        const before = browser.clone();
        await browser.get(await proveTo(issuer, await begin(browser), 'bob@example.com'));
        await expect(identifierOf(browser)).resolves.toBe('bob@example.com');
        await expect(identifierOf(before)).resolves.toBe(401);
      });

      it.each([
        [undefined, '', '/'],
        ['/home', '', '/home'],
        ['/home', '?returnTo=/elsewhere', '/elsewhere'],
        ['/home', '?returnTo=/a/../b', '/b'],
        ['/home', '?returnTo=%2F%252F%252Fevil.example', '/%2F%2Fevil.example'],
      ])('and, with the default %s, from /login%s on to %s', async (defaultReturnTo, query, path) => {
        await start(defaultReturnTo === undefined ? {} : { redirect: { defaultReturnTo } });
        const answer = await browser.get(await proveTo(issuer, await begin(browser, query)));
        expect(answer.headers.get('location')).toBe(path);
      });

      it('in each of several tabs, in whatever order they come back', async () => {
        await start();
        const tabs = await Promise.all([1, 2, 3, 4].map((tab) => begin(browser, `?returnTo=/tab/${String(tab)}`)));
        expect(signInCookiesOf(browser)).toHaveLength(4);
        for (const index of [2, 0, 3, 1]) {
          const tab = tabs[index];
          if (tab === undefined) continue;
          const answer = await browser.get(await proveTo(issuer, tab, `tab${String(index)}@example.com`));
          expect(answer.headers.get('location')).toBe(`/tab/${String(index + 1)}`);
          await expect(identifierOf(browser)).resolves.toBe(`tab${String(index)}@example.com`);
        }
        expect(signInCookiesOf(browser)).toEqual([]);
      });

      it('behind the prefixes of the application and of the module', async () => {
        await start({ path: '/auth/' }, (app) => app.setGlobalPrefix('api'));
        const answer = await browser.get('/api/auth/login?returnTo=/a', AS_PAGE);
        const authorizeUrl = locationOf(answer);
        expect(authorizeUrl.searchParams.get('redirect_url')).toBe(`${SITE}/api/auth/login/callback`);
        const callback = await proveTo(issuer, { authorizeUrl, state: '', cookies: [] });
        expect((await browser.get(callback)).headers.get('location')).toBe('/a');
        expect((await browser.get('/api/me')).status).toBe(200);
        const failed = await browser.get('/api/auth/login/callback', AS_PAGE);
        expect(failed.body).toContain(`<a href="${SITE}/api/auth/login">Sign in again</a>`);
      });

      it('where the application keeps it out of its global prefix', async () => {
        await start({ path: 'auth' }, (app) => {
          app.setGlobalPrefix('api', { exclude: ['auth/login', 'auth/login/callback'] });
        });
        const authorizeUrl = locationOf(await browser.get('/auth/login', AS_PAGE));
        expect(authorizeUrl.searchParams.get('redirect_url')).toBe(`${SITE}/auth/login/callback`);
        await browser.get(await proveTo(issuer, { authorizeUrl, state: '', cookies: [] }));
        expect((await browser.get('/api/me')).status).toBe(200);
      });

      it('once, however often and fast its callback is opened', async () => {
        await start();
        const callback = await proveTo(issuer, await begin(browser));
        const copies = Array.from({ length: 8 }, () => browser.clone());
        const answers = await Promise.all(copies.map((copy) => copy.get(callback, AS_PROGRAM)));
        const good = answers.filter(({ status }) => status === 303);
        expect(good).toHaveLength(1);
        for (const answer of answers) if (answer.status !== 303) expect(failureOf(answer)).toBe('sign_in_used');
        const later = browser.clone();
        expect(failureOf(await later.get(callback, AS_PAGE), AS_PAGE)).toBe('sign_in_used');
        expect(signInCookiesOf(later)).toEqual([]);
        expect(failureOf(await later.get(callback, AS_PROGRAM))).toBe('sign_in_not_found');
      });
    });

    describe('keeps what it needs in the browser', () => {
      it('in one sealed cookie each, out of reach of scripts and other sites, for ten minutes', async () => {
        await start();
        const { cookies, state } = await begin(browser, '?returnTo=/secret-place');
        expect(cookies).toEqual([
          expect.stringMatching(
            /^cotter-sign-in-[\w-]{43}=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/,
          ) as string,
        ]);
        const [value = ''] = browser.cookies.values();
        expect(Buffer.from(value, 'base64url').toString('latin1')).not.toContain('secret-place');
        expect(cookies[0]).not.toContain(state);
      });

      it('in cookies of this host alone, over https', async () => {
        await start({ publicUrl: 'https://app.example.com' });
        // The proxy in front tells its own host.
        const { cookies, authorizeUrl } = await begin(browser, '?moved=1');
        expect(cookies).toEqual([
          expect.stringMatching(
            /^__Host-cotter-sign-in-[\w-]{43}=[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
          ) as string,
        ]);
        expect(authorizeUrl.searchParams.get('redirect_url')).toBe('https://app.example.com/login/callback');
      });

      it('for a handful of sign-ins: the oldest go', async () => {
        await start();
        const begun = [];
        for (let count = 0; count < 9; count++) {
          issuer.clock.advance(1_000);
          begun.push(await begin(browser, `?returnTo=/${String(count)}`));
          expect(signInCookiesOf(browser).length).toBe(Math.min(count + 1, 5));
        }
        const [oldest, , , lost, kept, , , , newest] = begun;
        for (const gone of [oldest, lost]) {
          if (gone === undefined) continue;
          const callback = `/login/callback?code=a&challenge_id=1&state=${gone.state}`;
          expect(failureOf(await browser.get(callback, AS_PROGRAM))).toBe('sign_in_not_found');
        }
        for (const there of [kept, newest]) {
          if (there === undefined) continue;
          expect((await browser.get(await proveTo(issuer, there))).status).toBe(303);
        }
      });

      it('in few bytes, whatever the places that people want to go to, so that requests stay small', async () => {
        await start();
        for (let count = 0; count < 6; count++) {
          issuer.clock.advance(1_000);
          await begin(browser, `?returnTo=/${'x'.repeat(2_047)}`);
          const bytes = [...browser.cookies].reduce((sum, [name, value]) => sum + name.length + value.length, 0);
          expect(bytes).toBeGreaterThan(2_000);
          expect(bytes).toBeLessThan(4_096);
        }
        await begin(browser);
        expect(signInCookiesOf(browser)).toHaveLength(2);
      });

      it('and clears first what it cannot read', async () => {
        await start();
        const junk = Array.from({ length: 6 }, (_, index) => `cotter-sign-in-${String(index).repeat(43)}`);
        for (const name of junk) browser.cookies.set(name, 'junk');
        const { cookies } = await begin(browser);
        expect(cookies.filter((cookie) => cookie.includes('Max-Age=0'))).toHaveLength(2);
        expect(signInCookiesOf(browser)).toHaveLength(5);
      });
    });

    describe('asks the issuer', () => {
      it.each([
        ['', 'EMAIL', null],
        ['?type=PHONE', 'PHONE', null],
        ['?type=EMAIL&auth_method=OTP', 'EMAIL', 'OTP'],
        ['?auth_method=MAGIC_LINK', 'EMAIL', 'MAGIC_LINK'],
      ])('by /login%s for %s, by %s', async (query, type, method) => {
        await start();
        const { searchParams } = (await begin(browser, query)).authorizeUrl;
        expect([searchParams.get('type'), searchParams.get('auth_method')]).toEqual([type, method]);
      });

      it('as the options say', async () => {
        await start({ redirect: { type: 'PHONE', authMethod: 'OTP' } });
        const { searchParams } = (await begin(browser)).authorizeUrl;
        expect([searchParams.get('type'), searchParams.get('auth_method')]).toEqual(['PHONE', 'OTP']);
        const other = (await begin(browser, '?type=EMAIL')).authorizeUrl;
        expect(other.searchParams.get('type')).toBe('EMAIL');
      });

      it('to send nobody anything by itself, whatever a link says', async () => {
        await start();
        const link = '?input=bob@example.com&direct_login=true&redirect_url=https://evil.example&state=known&api_key=x';
        const { searchParams } = (await begin(browser, link)).authorizeUrl;
        expect(searchParams.has('input') || searchParams.has('direct_login')).toBe(false);
        expect(searchParams.getAll('redirect_url')).toEqual([`${SITE}/login/callback`]);
        expect(searchParams.getAll('state')).not.toContain('known');
        expect(searchParams.getAll('api_key')).toEqual([API_KEY_ID]);
      });

      it('when the browser is where its cookies have to be: at the public URL, and once is enough', async () => {
        await start();
        const byHost = (
          host: string,
          path: string,
        ): Promise<{ status: unknown; location: unknown; cookies: unknown }> =>
          new Promise((resolve, reject) => {
            request(new URL(path, server.url), { headers: { host } }, (response) => {
              const { location, 'set-cookie': cookies } = response.headers;
              response.resume();
              resolve({ status: response.statusCode, location, cookies });
            })
              .on('error', reject)
              .end();
          });
        const location = `${SITE}/login?returnTo=%2Fa%3Fb&type=PHONE&moved=1`;
        for (const host of ['localhost:3000', 'LOCALHOST', '[::1]:3000', 'evil.example']) {
          await expect(byHost(host, '/login?returnTo=/a?b&type=PHONE')).resolves.toEqual({
            status: 303,
            location,
            cookies: undefined,
          });
        }
        const proxied = await byHost('upstream:8080', '/login?returnTo=/a&moved=1');
        expect(proxied.location).toContain(`${issuer.url}/app?`);
        expect(proxied.cookies).toHaveLength(1);
        for (const host of ['127.0.0.1:3000', '127.0.0.1', '127.1:80', 'not a host']) {
          expect((await byHost(host, '/login')).location).toContain(`${issuer.url}/app?`);
        }
      });
    });

    it('begins nothing and uses nothing up for a HEAD', async () => {
      await start();
      const head = await browser.send('/login', { method: 'HEAD' });
      expect([head.status, head.body, head.cookies, head.headers.get('location')]).toEqual([204, '', [], null]);
      const callback = await proveTo(issuer, await begin(browser));
      const looked = await browser.send(callback, { method: 'HEAD' });
      expect([looked.status, looked.cookies, looked.headers.get('cache-control')]).toEqual([204, [], 'no-store']);
      expect((await browser.get(callback)).status).toBe(303);
      await expect(identifierOf(browser)).resolves.toBe('ann@example.com');
    });

    it('is called off by the person, and can be taken up again', async () => {
      await start();
      const begun = await begin(browser, '?returnTo=/orders');
      const page = await (await issuer.fetch(begun.authorizeUrl.pathname + begun.authorizeUrl.search)).text();
      const cancelUrl = /href="([^"]*error=access_denied[^"]*)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
      const { pathname, search } = new URL(cancelUrl);
      const cancelled = await browser.get(pathname + search, AS_PAGE);
      expect(cancelled.status).toBe(403);
      expect(failureOf(cancelled, AS_PAGE)).toBe('authorization_refused');
      expect(cancelled.body).toContain(`<a href="${SITE}/login?returnTo=%2Forders">Sign in again</a>`);
      // Back, and on.
      expect((await browser.get(await proveTo(issuer, begun))).headers.get('location')).toBe('/orders');
    });
  },
);

describe.each(platforms)('a place to return to, on %s,', (platform) => {
  let server: TestApplication;

  beforeAll(async () => {
    const module = CotterModule.forRoot({
      apiKeyId: API_KEY_ID,
      publicUrl: SITE,
      session: { mode: 'server', encryptionKeys: KEYS },
      redirect: true,
    });
    server = await startApplication(platform, { imports: [inMemory().module(), module] });
  });
  afterAll(() => server.app.close());

  it.each(hostilePaths.map((path) => [JSON.stringify(path).slice(0, 60), path]))(
    'is never %s, however it is encoded',
    async (_shown, path) => {
      const everyByte = [...Buffer.from(path)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
      for (const spelling of [encodeURIComponent(Buffer.from(path).toString()), everyByte]) {
        const browser = new Browser(server.url);
        const answer = await browser.get(`/login?returnTo=${spelling}`, AS_PROGRAM);
        expect(answer.status).toBe(400);
        expect(failureOf(answer)).toBe('invalid_sign_in_request');
        expect(browser.cookies.size).toBe(0);
      }
    },
  );

  it.each([
    'returnTo=//evil.example',
    'returnTo=/%09/evil.example',
    'returnTo=/\\evil.example',
    'returnTo=%2F%2Fevil.example',
    'returnTo=/a&returnTo=//evil.example',
    'returnTo=/a&returnTo=/b',
    'returnTo=',
    'returnTo',
    'type=email',
    'type=',
    'type=EMAIL&type=EMAIL',
    'type=constructor',
    'auth_method=WEBAUTHN',
    'auth_method=OTP&auth_method=OTP',
  ])('or anything else is not asked for by %s: a clear page, and nothing of it there', async (query) => {
    const browser = new Browser(server.url);
    const answer = await browser.get(`/login?${query}`, AS_PAGE);
    expect(answer.status).toBe(400);
    expect(failureOf(answer, AS_PAGE)).toBe('invalid_sign_in_request');
    expect(answer.body).not.toContain('evil');
    expect(answer.body).toContain(`<a href="${SITE}/login">Sign in again</a>`);
    expect(browser.cookies.size).toBe(0);
  });

  it.each(['returnTo[]=//evil.example', 'returnTo[0]=//evil.example', 'RETURNTO=//evil.example', 'x=%', '__proto__=1'])(
    'is not told by %s',
    async (query) => {
      const answer = await new Browser(server.url).get(`/login?${query}`);
      expect(locationOf(answer).origin).toBe('https://js.cotter.app');
      expect(answer.headers.get('location')).not.toContain('evil');
    },
  );
});

describe('the option redirect', () => {
  it.each([
    ['needs sessions', {}],
    ['needs the routes of the module', { session: { mode: 'server', encryptionKeys: KEYS }, controllers: false }],
  ] as [string, Partial<CotterForRootOptions>][])('%s', (_name, options) => {
    const make = () => CotterModule.forRoot({ apiKeyId: API_KEY_ID, publicUrl: SITE, redirect: true, ...options });
    expect(make).toThrow(/^redirect: /);
  });

  it('is off where it is not given: nobody answers', async () => {
    const module = CotterModule.forRoot({
      apiKeyId: API_KEY_ID,
      publicUrl: SITE,
      session: { mode: 'server', encryptionKeys: KEYS },
    });
    const server = await startApplication('express', { imports: [inMemory().module(), module] });
    for (const path of ['/login', '/login/callback']) {
      expect((await new Browser(server.url).get(path)).status).toBe(404);
    }
    await server.app.close();
  });
});
