import { Body, Controller, Delete, Get, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import {
  CotterAuthGuard,
  CotterModule,
  CurrentUser,
  HttpExchange,
  OptionalAuth,
  RequireFresh,
  RevocationService,
  SessionService,
  SessionStore,
  UsersService,
  type CotterForRootOptions,
  type CotterPrincipal,
  type Exchanged,
  type SessionMode,
} from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { Browser, type BrowserAnswer } from '../fixtures/browser.js';
import { inMemory } from './login-database.js';
import { platforms, startApplication, type TestApplication } from './platforms.js';

@Controller('expire')
class ExpiryController {
  constructor(@Inject(SessionService) private readonly sessions: SessionService) {}

  @Post()
  async expire(@HttpExchange() exchanged: Exchanged): Promise<{ expired: boolean }> {
    return { expired: await this.sessions.expireAccessToken(exchanged) };
  }
}

@UseGuards(CotterAuthGuard)
@Controller()
class GuardedController {
  @Get('me')
  me(@CurrentUser() principal: CotterPrincipal): CotterPrincipal {
    return principal;
  }

  @Get('maybe')
  @OptionalAuth()
  maybe(@CurrentUser('subject') subject: string | undefined): { subject: string | null } {
    return { subject: subject ?? null };
  }

  @Get('fresh')
  @RequireFresh('5m')
  fresh(): string {
    return 'fresh';
  }

  @Post('orders')
  @HttpCode(200)
  order(@Body() body: unknown): { body: unknown } {
    return { body };
  }

  @Delete('orders')
  @HttpCode(204)
  cancel(): void {
    return undefined;
  }
}

const SITE = 'http://localhost:3000';
const KEYS = ['a key of thirty-two characters!!', 'another key of thirty-two chars!'];
const ANN = { subject: 'ann', identifier: 'ann@example.com' };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const modes: SessionMode[] = ['server', 'token'];

describe.each(platforms.flatMap((platform) => modes.map((mode) => [mode, platform] as const)))(
  'sessions of mode %s on %s',
  (mode, platform) => {
    let issuer: CotterTestIssuer;
    let server: TestApplication;
    let nowMs: number;
    let events: string[];

    beforeEach(async () => {
      nowMs = Math.floor(Date.now() / 1000) * 1000 + 500;
      events = [];
      issuer = await CotterTestIssuer.start({ clock: () => nowMs });
    });
    afterEach(async () => {
      await server.app.close();
      await issuer.close();
    });

    async function start(changes: Partial<CotterForRootOptions> = {}, session: object = {}): Promise<void> {
      server = await startApplication(platform, {
        imports: [
          inMemory().module(),
          CotterModule.forRoot({
            ...issuer.moduleOptions,
            publicUrl: SITE,
            session: { mode, encryptionKeys: KEYS, adoptRefreshToken: true, ...session },
            events: {
              onSessionStarted: () => events.push('started'),
              onSessionEnded: ({ reason }) => events.push(reason),
              onRefreshTokenReused: () => events.push('reuse'),
            },
            ...changes,
          }),
        ],
        controllers: [GuardedController, ExpiryController],
      });
    }

    /** The application listens where it can; its pages are at SITE. */
    function browser(userAgent?: string): Browser {
      const made = new Browser(server.url, userAgent);
      const post = made.post.bind(made);
      made.post = (path, json, headers) => post(path, json, { origin: SITE, ...headers });
      return made;
    }

    async function login(
      who: Browser,
      person: object = ANN,
    ): Promise<{ answer: BrowserAnswer; refreshToken: string; accessToken: string; idToken: string }> {
      const payload = issuer.payload(person);
      const { refresh_token: refreshToken, access_token: accessToken, id_token: idToken } = payload.oauth_token;
      return { answer: await who.post('/login', payload), refreshToken, accessToken, idToken };
    }

    const principalOf = async (who: Browser): Promise<CotterPrincipal> => {
      const { status, body } = await who.get('/me');
      expect(status).toBe(200);
      return body as CotterPrincipal;
    };
    const codeOf = ({ status, body }: BrowserAnswer): unknown[] => [status, (body as { code?: string }).code];
    const ENDED = [401, 'session_ended'];

    describe('at the login', () => {
      it('begin with a cookie that scripts and other sites cannot reach, on an answer that nobody keeps', async () => {
        await start();
        const ann = browser();
        const { answer } = await login(ann);
        expect(answer.status).toBe(201);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        const names = mode === 'server' ? ['cotter-session'] : ['cotter-session', 'cotter-access'];
        expect([...ann.cookies.keys()]).toEqual(names);
        for (const cookie of answer.cookies) {
          expect(cookie).toMatch(/^[\w-]+=[\w.-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/);
        }
        expect(await principalOf(ann)).toMatchObject({
          subject: 'ann',
          identifier: 'ann@example.com',
          sessionHandle: expect.stringMatching(/^[\w-]{43}$/) as string,
        });
        expect(events).toEqual(['started']);
      });

      it('are Secure and bound to the host by their name over https', async () => {
        await start({ publicUrl: 'https://app.example.com' });
        const ann = browser();
        const { answer } = await login(ann, { ...ANN });
        expect(codeOf(answer)).toEqual([403, 'cross_site_request']);
        const payload = issuer.payload(ANN);
        const { status, cookies } = await ann.post('/login', payload, { origin: 'https://app.example.com' });
        expect(status).toBe(201);
        for (const cookie of cookies)
          expect(cookie).toMatch(/^__Host-cotter-.*; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
        expect((await ann.get('/me')).status).toBe(200);
      });

      it('keep nothing that opens them, and no token in clear, in the store', async () => {
        await start();
        const ann = browser();
        const { refreshToken, accessToken, idToken } = await login(ann);
        const { sessionHandle } = await principalOf(ann);
        const record = await server.app.get(SessionStore).find(sessionHandle ?? '');
        const text = JSON.stringify(record);
        expect(text).not.toContain(refreshToken);
        for (const value of ann.cookies.values()) expect(text).not.toContain(value);
        for (const part of [accessToken, idToken].flatMap((token) => token.split('.')))
          expect(text).not.toContain(part);
        // What is random may begin like a token by chance.
        expect(JSON.stringify({ ...record, handle: '', sealed: '' })).not.toContain('eyJ');
      });

      it('have a new id each time, and the one that the browser had is over', async () => {
        await start();
        const ann = browser();
        await login(ann);
        const before = ann.clone();
        const first = (await principalOf(ann)).sessionHandle;
        await login(ann);
        expect((await principalOf(ann)).sessionHandle).not.toBe(first);
        expect(codeOf(await before.get('/me'))).toEqual(ENDED);
        expect(events).toEqual(['started', 'started', 'replaced']);
        // The one that lost does not take the cookies of the one that is in.
        expect((await before.get('/me')).cookies).toEqual([]);
      });

      it.each(['https://evil.example', 'null', 'http://127.0.0.1:3000', 'http://localhost:3001'])(
        'are not begun by a page of %s',
        async (origin) => {
          await start();
          const victim = browser();
          const answer = await victim.post('/login', issuer.payload(ANN), { origin, 'sec-fetch-site': 'cross-site' });
          expect(codeOf(answer)).toEqual([403, 'cross_site_request']);
          expect(victim.cookies.size).toBe(0);
          await expect(
            server.app.get(UsersService).findByPrincipal({ issuer: issuer.url, subject: 'ann' }),
          ).resolves.toBe(null);
        },
      );

      it('are begun by pages of allowed origins, and by what is no page', async () => {
        await start({ allowedOrigins: ['https://forms.example.com'] });
        const answer = await browser().post('/login', issuer.payload(ANN), { origin: 'https://forms.example.com' });
        expect(answer.status).toBe(201);
        const tool = browser();
        expect((await tool.send('/login', { method: 'POST', json: issuer.payload(ANN) })).status).toBe(200);
        expect((await tool.get('/me')).status).toBe(200);
      });
    });

    describe('at a guarded route', () => {
      it('are not taken beside a bearer token, nor twice', async () => {
        await start();
        const ann = browser();
        await login(ann);
        const headers = { authorization: `Bearer ${issuer.token(ANN)}` };
        for (const both of [headers, { authorization: headers.authorization.toLowerCase() }]) {
          expect(codeOf(await ann.get('/me', both))).toEqual([400, 'invalid_request']);
          expect(codeOf(await ann.get('/me', both))).toEqual([400, 'invalid_request']);
        }
        const cookie = [...ann.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
        const twice = await new Browser(server.url).get('/me', { cookie: `${cookie}; ${cookie}` });
        expect(codeOf(twice)).toEqual([400, 'invalid_request']);
        // What a proxy added for itself is none of ours.
        expect((await ann.get('/me', { authorization: 'Basic cHJveHk6c2VjcmV0' })).status).toBe(200);
      });

      it.each([
        ['nothing', ''],
        ['a letter', 'x'],
        ['what looks like an id', 'A'.repeat(43)],
        ['a lot of letters', 'a'.repeat(4_000)],
        ['a quoted text', '"quoted"'],
        ['a path', '../../etc'],
        ['an encoded zero', '%00'],
      ])('are refused for a made-up cookie of %s, and anonymous where anybody may come', async (_name, value) => {
        await start();
        const stranger = new Browser(server.url);
        stranger.cookies.set('cotter-session', value);
        stranger.cookies.set('cotter-access', issuer.token(ANN));
        expect(codeOf(await stranger.get('/me'))).toEqual(ENDED);
        expect(await stranger.get('/maybe')).toMatchObject({ status: 200, body: { subject: null } });
      });

      it('cost the store one question where the process does not know them, and none where it does', async () => {
        const store = await sharedStore();
        const asked: string[] = [];
        const counting = new Proxy(store, {
          get: (target, name) => {
            const found: unknown = Reflect.get(target, name);
            if (typeof found !== 'function') return found;
            return (...args: unknown[]): unknown => {
              asked.push(String(name));
              return found.apply(target, args) as unknown;
            };
          },
        });
        await start({}, { store: { useValue: store } });
        const ann = browser();
        await login(ann);
        await server.app.close();
        await start({}, { store: { useValue: counting } });
        const twin = browser();
        for (const [name, value] of ann.cookies) twin.cookies.set(name, value);
        const answers = await Promise.all([twin.get('/me'), twin.get('/me'), twin.get('/me')]);
        expect([answers.map(({ status }) => status), asked]).toEqual([[200, 200, 200], ['find']]);
        expect((await twin.get('/me')).status).toBe(200);
        expect(asked).toEqual(['find']);
      });

      it('are over within minutes when somebody deletes their row', async () => {
        await start();
        const ann = browser();
        await login(ann);
        const { sessionHandle } = await principalOf(ann);
        await server.app.get(SessionStore).remove(sessionHandle ?? '');
        expect((await ann.get('/me')).status).toBe(200);
        nowMs += 5 * 60_000 + 1;
        // This request has another look taken, and does not wait for it.
        await ann.get('/me');
        expect(codeOf(await ann.get('/me'))).toEqual(ENDED);
      });

      it('tell how fresh the sign-in is, and a renewal does not make it fresher', async () => {
        await start();
        const ann = browser();
        const signedInAtMs = nowMs;
        await login(ann);
        expect((await ann.get('/fresh')).status).toBe(200);
        nowMs += 2 * HOUR_MS;
        const principal = await principalOf(ann);
        expect(Date.parse(principal.authenticatedAt ?? '')).toBe(Math.floor(signedInAtMs / 1000) * 1000);
        expect(codeOf(await ann.get('/fresh'))).toEqual([401, 'insufficient_user_authentication']);
      });

      it('are as old as the access token that was posted, not as the post', async () => {
        await start();
        const payload = issuer.payload(ANN);
        nowMs += 30 * 60_000;
        const ann = browser();
        expect((await ann.post('/login', payload)).status).toBe(201);
        expect(codeOf(await ann.get('/fresh'))).toEqual([401, 'insufficient_user_authentication']);
      });
    });

    describe('behind the request', () => {
      it('renew an access token that has expired, once for all requests that come', async () => {
        await start();
        const ann = browser();
        const { refreshToken } = await login(ann);
        const before = await principalOf(ann);
        nowMs += 2 * HOUR_MS;
        const requests = issuer.requests;
        const answers = await Promise.all(Array.from({ length: 20 }, () => ann.clone().get('/me')));
        expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
        expect(issuer.requests - requests).toBeLessThanOrEqual(2); // the renewal, and perhaps the key set
        const tokenIds = new Set(answers.map(({ body }) => (body as CotterPrincipal).tokenId));
        expect([...tokenIds]).toEqual([expect.not.stringContaining(before.tokenId ?? '')]);
        expect(issuer.accepts(refreshToken)).toBe(false);
        for (const { body } of answers) {
          expect(body).toMatchObject({ sessionHandle: before.sessionHandle, authenticatedAt: before.authenticatedAt });
        }
        for (const { cookies, headers } of answers) {
          expect(cookies.length).toBe(mode === 'server' ? 0 : 2);
          if (mode === 'token') expect(headers.get('cache-control')).toBe('no-store');
        }
      });

      it('renew a token before its time where the application wants that', async () => {
        await start();
        const ann = browser();
        const { refreshToken } = await login(ann);
        const before = await principalOf(ann);
        expect((await ann.post('/expire')).body).toEqual({ expired: true });
        expect(issuer.accepts(refreshToken)).toBe(true);
        expect((await principalOf(ann)).tokenId).not.toBe(before.tokenId);
        expect(issuer.accepts(refreshToken)).toBe(false);
        const nobody = { ...(await browser().post('/expire')) };
        expect(nobody.body).toEqual({ expired: false });
      });

      it('go on renewing for as long as they last, and no longer', async () => {
        await start();
        const ann = browser();
        await login(ann);
        for (let day = 1; day < 30; day++) {
          nowMs += DAY_MS;
          expect((await ann.get('/me')).status).toBe(200);
        }
        nowMs += DAY_MS;
        expect(codeOf(await ann.get('/me'))).toEqual(ENDED);
      });

      it('are over when nobody has used them for the idle time', async () => {
        await start();
        const [ann, idle] = [browser(), browser()];
        await login(ann);
        await login(idle);
        for (let day = 0; day < 8; day++) {
          nowMs += DAY_MS;
          expect((await ann.get('/me')).status).toBe(200);
        }
        expect(codeOf(await idle.get('/me'))).toEqual(ENDED);
      });

      it('end with a clean 401 and without cookies when the issuer says no', async () => {
        await start();
        const ann = browser();
        const { refreshToken } = await login(ann);
        await fetch(`${issuer.url}/api/v0/token/${issuer.apiKeyId}`, {
          method: 'DELETE',
          body: JSON.stringify({ refresh_token: refreshToken }),
        });
        nowMs += 2 * HOUR_MS;
        const answer = await ann.get('/me');
        expect(codeOf(answer)).toEqual(ENDED);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="cotter"');
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(ann.cookies.size).toBe(0);
        expect(events).toEqual(['started', 'refused']);
      });

      it('wait for an issuer that is down: 502, the cookie stays, and all is well when it is back', async () => {
        await start();
        const ann = browser();
        await login(ann);
        nowMs += 2 * HOUR_MS;
        issuer.goDown();
        const answer = await ann.get('/me');
        expect(codeOf(answer)).toEqual([502, 'issuer_failed']);
        expect(answer.cookies).toEqual([]);
        issuer.comeBack();
        expect((await ann.get('/me')).status).toBe(200);
        expect(events).toEqual(['started']);
      });

      it('live by their own lifetimes where the front end keeps the refresh token', async () => {
        await start({}, { adoptRefreshToken: false });
        const ann = browser();
        const { refreshToken } = await login(ann);
        nowMs += 2 * HOUR_MS;
        const later = await ann.get('/me');
        // In cookies there is nothing to renew with.
        expect(codeOf(later)).toEqual(mode === 'server' ? [200, undefined] : ENDED);
        expect(issuer.accepts(refreshToken)).toBe(true);
      });

      it('take the successor of a token that is posted to /refresh', async () => {
        await start();
        const ann = browser();
        const { refreshToken } = await login(ann);
        expect((await ann.post('/refresh', { refresh_token: refreshToken })).status).toBe(200);
        nowMs += 2 * HOUR_MS;
        expect((await ann.get('/me')).status).toBe(200);
        expect(events).toEqual(['started']);
      });

      it('end at once when a spent token of theirs comes back', async () => {
        await start();
        const ann = browser();
        const { refreshToken } = await login(ann);
        nowMs += 2 * HOUR_MS;
        expect((await ann.get('/me')).status).toBe(200);
        nowMs += 60_000;
        const thief = new Browser(server.url);
        expect(codeOf(await thief.send('/refresh', { method: 'POST', json: { refresh_token: refreshToken } }))).toEqual(
          [401, 'invalid_grant'],
        );
        expect(codeOf(await ann.get('/me'))).toEqual(ENDED);
        expect(events).toEqual(['started', 'reuse', 'reused']);
      });
    });

    describe('against other sites', () => {
      const JSON_BODY = { headers: { 'content-type': 'application/json' }, body: '{}' };

      it.each([
        ['no word of where it comes from', {}],
        ['another origin', { origin: 'https://evil.example' }],
        ['an opaque origin', { origin: 'null' }],
        ['another site', { 'sec-fetch-site': 'cross-site', origin: SITE }],
        ['a sibling of the site', { 'sec-fetch-site': 'same-site', origin: SITE }],
        ['a person who typed it', { 'sec-fetch-site': 'none' }],
        ['two origins', { origin: `${SITE}, ${SITE}` }],
      ])('refuse to change anything for %s', async (_case, headers) => {
        await start();
        const ann = browser();
        await login(ann);
        for (let round = 0; round < 2; round++) {
          const posted = await ann.send('/orders', {
            method: 'POST',
            ...JSON_BODY,
            headers: { ...JSON_BODY.headers, ...headers },
          });
          expect(codeOf(posted)).toEqual([403, 'cross_site_request']);
          expect(codeOf(await ann.send('/orders', { method: 'DELETE', headers }))).toEqual([403, 'cross_site_request']);
          expect(codeOf(await ann.send('/logout', { method: 'POST', headers }))).toEqual([403, 'cross_site_request']);
        }
        expect((await ann.get('/me', headers)).status).toBe(200);
        expect(events).toEqual(['started']);
      });

      it.each([[{ origin: SITE }], [{ 'sec-fetch-site': 'same-origin' }]])(
        'let the site itself pass: %j',
        async (headers) => {
          await start();
          const ann = browser();
          await login(ann);
          expect((await ann.send('/orders', { method: 'POST', json: { a: 1 }, headers })).body).toEqual({
            body: { a: 1 },
          });
          expect((await ann.send('/orders', { method: 'DELETE', headers })).status).toBe(204);
        },
      );

      it('take forms with the token of the session alone', async () => {
        await start();
        const [ann, bob] = [browser(), browser()];
        await login(ann);
        await login(bob, { subject: 'bob', identifier: 'bob@example.com' });
        const tokenOf = async (who: Browser) => ((await who.get('/sessions')).body as { csrfToken: string }).csrfToken;
        const form = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
          ann.send('/orders', {
            method: 'POST',
            body: new URLSearchParams(fields).toString(),
            headers: { origin: SITE, 'content-type': 'application/x-www-form-urlencoded', ...headers },
          });
        expect(codeOf(await form({ a: '1' }))).toEqual([403, 'cross_site_request']);
        expect(codeOf(await form({ _csrf: await tokenOf(bob) }))).toEqual([403, 'cross_site_request']);
        expect(codeOf(await form({ _csrf: '' }))).toEqual([403, 'cross_site_request']);
        expect((await form({ _csrf: await tokenOf(ann) })).status).toBe(200);
        expect((await form({}, { 'x-csrf-token': await tokenOf(ann) })).status).toBe(200);
        expect(codeOf(await form({ _csrf: await tokenOf(ann) }, { origin: 'https://evil.example' }))).toEqual([
          403,
          'cross_site_request',
        ]);
      });

      it('leave bearer requests alone', async () => {
        await start();
        const headers = { authorization: `Bearer ${issuer.token(ANN)}`, origin: 'https://app.example' };
        expect((await new Browser(server.url).send('/orders', { method: 'POST', json: {}, headers })).status).toBe(200);
      });
    });

    describe('in the hands of their person', () => {
      const PHONE =
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

      interface Listed {
        sessions: { handle: string; device: string; current: boolean; authenticationMethod: string }[];
      }
      const listed = async (who: Browser) => ((await who.get('/sessions')).body as Listed).sessions;

      it('are listed, the one that asks marked, never an id or a token', async () => {
        await start();
        const [desk, phone, other] = [browser(), browser(PHONE), browser()];
        await login(desk);
        nowMs += 60_000;
        await login(phone);
        await login(other, { subject: 'bob', identifier: 'bob@example.com' });
        const answer = await phone.get('/sessions');
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(answer.body).toEqual({
          csrfToken: expect.any(String) as string,
          sessions: [
            expect.objectContaining({ device: 'Safari on iOS', current: true, authenticationMethod: 'OTP' }),
            expect.objectContaining({ device: 'Firefox on Windows', current: false }),
          ],
        });
        for (const cookie of [...desk.cookies.values(), ...phone.cookies.values()]) {
          expect(JSON.stringify(answer.body)).not.toContain(cookie);
        }
      });

      it('end one at a time, and nobody else can end them', async () => {
        await start();
        const [desk, phone, bob] = [browser(), browser(PHONE), browser()];
        await login(desk);
        const { refreshToken } = await login(phone);
        await login(bob, { subject: 'bob', identifier: 'bob@example.com' });
        const own = { origin: SITE };
        const handle = (await principalOf(phone)).sessionHandle ?? '';
        expect(codeOf(await bob.send(`/sessions/${handle}`, { method: 'DELETE', headers: own }))).toEqual([
          404,
          'session_not_found',
        ]);
        expect((await desk.send(`/sessions/${handle}`, { method: 'DELETE', headers: own })).status).toBe(204);
        expect(codeOf(await phone.get('/me'))).toEqual(ENDED);
        expect(codeOf(await desk.send(`/sessions/${handle}`, { method: 'DELETE', headers: own }))).toEqual([
          404,
          'session_not_found',
        ]);
        expect((await listed(desk)).map(({ current }) => current)).toEqual([true]);
        if (mode === 'server') expect(issuer.accepts(refreshToken)).toBe(false);
      });

      it('end by POST /logout, here and at the issuer, with the cookies', async () => {
        await start();
        const [ann, twin] = [browser(), browser()];
        const { refreshToken } = await login(ann);
        await login(twin);
        const stale = ann.clone();
        const answer = await ann.post('/logout');
        expect([answer.status, ann.cookies.size]).toEqual([204, 0]);
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(codeOf(await stale.get('/me'))).toEqual(ENDED);
        expect(issuer.accepts(refreshToken)).toBe(false);
        expect((await twin.get('/me')).status).toBe(200);
        expect(events).toEqual(['started', 'started', 'signed_out']);
        // Once more, as a second tab would.
        expect([(await stale.post('/logout')).status, stale.cookies.size]).toEqual([204, 0]);
      });

      it('end although the issuer is down', async () => {
        await start();
        const ann = browser();
        await login(ann);
        const stale = ann.clone();
        issuer.goDown();
        expect((await ann.post('/logout')).status).toBe(204);
        expect(codeOf(await stale.get('/me'))).toEqual(ENDED);
      });

      it('end everywhere at once, with every token that was issued', async () => {
        await start();
        const [desk, phone, bob] = [browser(), browser(PHONE), browser()];
        await login(desk);
        await login(phone);
        await login(bob, { subject: 'bob', identifier: 'bob@example.com' });
        const token = issuer.token(ANN);
        expect((await desk.post('/logout?all=true')).status).toBe(204);
        expect(codeOf(await phone.get('/me'))).toEqual(ENDED);
        const bearer = new Browser(server.url);
        expect(codeOf(await bearer.get('/me', { authorization: `Bearer ${token}` }))).toEqual([401, 'token_revoked']);
        expect((await bob.get('/me')).status).toBe(200);
        nowMs += 1_000;
        expect((await login(desk)).answer.status).toBe(200);
        expect((await desk.get('/me')).status).toBe(200);
      });

      it.each(['up', 'down'])(
        'sign out a bearer token too, with its refresh token, while the issuer is %s',
        async (state) => {
          await start();
          const { access_token: token, refresh_token: refreshToken } = issuer.tokens(ANN);
          const headers = { authorization: `Bearer ${token}` };
          const app = new Browser(server.url);
          expect((await app.get('/me', headers)).status).toBe(200);
          if (state === 'down') issuer.goDown();
          const json = { refresh_token: refreshToken };
          expect((await app.send('/logout', { method: 'POST', json, headers })).status).toBe(204);
          issuer.comeBack();
          expect(issuer.accepts(refreshToken)).toBe(state === 'down');
          expect(codeOf(await app.get('/me', headers))).toEqual([401, 'token_revoked']);
          expect(codeOf(await app.send('/refresh', { method: 'POST', json }))).toEqual([401, 'invalid_grant']);
        },
      );

      it('are refused while the person is disabled', async () => {
        await start();
        const ann = browser();
        await login(ann);
        const account = await server.app.get(UsersService).getByPrincipal({ issuer: issuer.url, subject: 'ann' });
        await server.app.get(UsersService).disable(account);
        expect(codeOf(await ann.get('/me'))).toEqual(ENDED);
        await server.app.get(UsersService).enable(account);
        expect((await ann.get('/me')).status).toBe(200);
      });

      it('end with everything else of a person, and stay ended when that is forgotten', async () => {
        await start();
        const ann = browser();
        await login(ann);
        nowMs += 1_000;
        await server.app.get(RevocationService).revokeSubject({ issuer: issuer.url, subject: 'ann' });
        expect(codeOf(await ann.get('/me'))).toEqual(ENDED);
        nowMs += 6 * DAY_MS;
        expect(codeOf(await ann.get('/me'))).toEqual(ENDED);
      });
    });

    if (mode === 'token') {
      it('are refused at the login where the tokens do not fit into a cookie', async () => {
        await start();
        const big = issuer.payload(ANN);
        const token = issuer.token({ ...ANN, claims: { roles: 'x'.repeat(4_000) } });
        const ann = browser();
        const answer = await ann.post('/login', {
          ...big,
          oauth_token: { ...big.oauth_token, access_token: token, id_token: undefined },
        });
        expect(codeOf(answer)).toEqual([502, 'session_too_large']);
        expect([answer.cookies, events]).toEqual([[], []]);
      });
    }

    it('survive the rotation of the key that sealed them, for as long as the old one is listed', async () => {
      const store = { useValue: await sharedStore() };
      await start({}, { store });
      const ann = browser();
      await login(ann);
      const restart = async (keys: string[]): Promise<Browser> => {
        await server.app.close();
        await start({}, { store, encryptionKeys: keys });
        const twin = browser();
        for (const [name, value] of ann.cookies) twin.cookies.set(name, value);
        return twin;
      };
      expect((await (await restart(['a brand new key of 32 characters', ...KEYS])).get('/me')).status).toBe(200);
      expect(codeOf(await (await restart(['a brand new key of 32 characters'])).get('/me'))).toEqual(ENDED);
    });
  },
);

async function sharedStore(): Promise<SessionStore> {
  const { MemorySessionStore } = await import('nestjs-cotter');
  return new MemorySessionStore();
}
