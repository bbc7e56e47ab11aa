import { Logger, type LoggerService } from '@nestjs/common';
import {
  CotterModule,
  RegistrationRefusedError,
  SessionStore,
  StoreUnavailableError,
  UsersService,
  type CotterForRootOptions,
  type CotterPrincipal,
} from 'nestjs-cotter';
import { CotterTestIssuer, type TestTokenOptions } from 'nestjs-cotter/testing';

import { Browser, type BrowserAnswer } from '../fixtures/browser.js';
import { json, ScriptedServer, text, type Script } from '../fixtures/scripted-server.js';
import { inMemory } from './login-database.js';
import { platforms, startApplication, type TestApplication } from './platforms.js';
import {
  AS_PAGE,
  AS_PROGRAM,
  begin,
  failureOf,
  GuardedController,
  KEYS,
  signInCookiesOf,
  SITE,
  type Begun,
} from './redirect.fixture.js';

const ANN = { subject: 'ann', identifier: 'ann@example.com' };
const CODE = 'the-code-of-ann';

/** Everything that is logged while a test runs. */
class LogBook implements LoggerService {
  readonly #lines: unknown[][] = [];
  readonly log = (...line: unknown[]): void => void this.#lines.push(line);
  readonly error = this.log;
  readonly warn = this.log;
  get text(): string {
    return JSON.stringify(this.#lines);
  }
}

describe.each(platforms)('a sign-in by redirect that fails, on %s,', (platform) => {
  let keys: CotterTestIssuer;
  let api: ScriptedServer;
  let server: TestApplication;
  let browser: Browser;
  let book: LogBook;
  let nowMs: number;
  let handedOut: string[];

  beforeEach(async () => {
    nowMs = Math.floor(Date.now() / 1000) * 1000;
    handedOut = [];
    keys = await CotterTestIssuer.start({ clock: () => nowMs });
    api = await ScriptedServer.start();
    api.play(grant());
  });
  afterEach(async () => {
    Logger.overrideLogger(false);
    await server.app.close();
    await api.close();
    await keys.close();
  });

  async function start(changes: Partial<CotterForRootOptions> = {}): Promise<void> {
    const module = CotterModule.forRoot({
      ...keys.moduleOptions,
      apiUrl: api.url,
      jwksUri: `${keys.url}/api/v0/token/jwks`,
      publicUrl: SITE,
      session: { mode: 'server', encryptionKeys: KEYS },
      redirect: true,
      ...changes,
    });
    server = await startApplication(platform, {
      imports: [inMemory().module(), module],
      controllers: [GuardedController],
    });
    browser = new Browser(server.url);
    book = new LogBook();
    Logger.overrideLogger(book);
  }

  /** The answer of `get_identity`. */
  function grant(person: TestTokenOptions = ANN, changes: object = {}): Script {
    const tokens = { ...keys.tokens(ANN), access_token: keys.token(person), id_token: keys.idToken(person) };
    handedOut.push(tokens.access_token, tokens.id_token, tokens.refresh_token);
    const identifier = { ID: 'f4286df9', identifier: 'ann@example.com', identifier_type: 'EMAIL' };
    return json(200, { identifier, user: null, token: null, oauth_token: tokens, ...changes });
  }

  const callbackOf = ({ state }: Pick<Begun, 'state'>, changes: Record<string, string> = {}): string =>
    `/login/callback?${new URLSearchParams({ code: CODE, state, challenge_id: '42', ...changes }).toString()}`;

  /** What nobody but the browser and the issuer may know. */
  function secretsOf(begun: Begun): string[] {
    const body = api.requests.at(-1)?.body as { code_verifier?: string } | undefined;
    const cookieValues = begun.cookies.map((cookie) => /=([^;]+)/.exec(cookie)?.[1] ?? '');
    return [CODE, begun.state, body?.code_verifier ?? CODE, ...cookieValues, ...handedOut];
  }

  async function expectSignedOut(who = browser): Promise<void> {
    expect([...who.cookies.keys()].filter((name) => !name.includes('-sign-in-'))).toEqual([]);
    expect((await who.get('/me')).status).toBe(401);
  }

  /** A failed answer, which holds no secret, as little as the log does. */
  function expectFailure(answer: BrowserAnswer, begun: Begun, expected: [number, string], accept = AS_PROGRAM): void {
    expect([answer.status, failureOf(answer, accept)]).toEqual(expected);
    const shown = JSON.stringify([answer.body, [...answer.headers]]);
    for (const secret of secretsOf(begun)) {
      expect(shown).not.toContain(secret);
      expect(book.text).not.toContain(secret);
    }
  }

  describe('before the issuer is asked', () => {
    const malformed: [string, (state: string) => string, number, string][] = [
      ['nothing in it', () => '', 400, 'invalid_callback'],
      ['no state', () => `code=${CODE}&challenge_id=42`, 400, 'invalid_callback'],
      ['an empty state', () => `code=${CODE}&challenge_id=42&state=`, 400, 'invalid_callback'],
      ['no code', (state) => `state=${state}&challenge_id=42`, 400, 'invalid_callback'],
      ['no challenge', (state) => `state=${state}&code=${CODE}`, 400, 'invalid_callback'],
      ['a challenge of letters', (state) => `state=${state}&code=${CODE}&challenge_id=x`, 400, 'invalid_callback'],
      [
        'its state twice',
        (state) => `state=${state}&state=${state}&code=${CODE}&challenge_id=42`,
        400,
        'invalid_callback',
      ],
      [
        'another state first',
        (state) => `state=x&state=${state}&code=${CODE}&challenge_id=42`,
        400,
        'invalid_callback',
      ],
      ['two codes', (state) => `state=${state}&code=${CODE}&code=b&challenge_id=42`, 400, 'invalid_callback'],
      [
        'a code of 5,000 letters',
        (state) => `state=${state}&code=${'x'.repeat(5_000)}&challenge_id=4`,
        400,
        'invalid_callback',
      ],
      ['a state in a list', (state) => `state[]=${state}&code=${CODE}&challenge_id=42`, 400, 'invalid_callback'],
      ['another state', () => `state=${'x'.repeat(43)}&code=${CODE}&challenge_id=42`, 400, 'sign_in_not_found'],
      [
        'a state in other letters',
        (state) => `state=${swapCase(state)}&code=${CODE}&challenge_id=42`,
        400,
        'sign_in_not_found',
      ],
      [
        'the start of the state',
        (state) => `state=${state.slice(0, -1)}&code=${CODE}&challenge_id=42`,
        400,
        'sign_in_not_found',
      ],
      ['a long state', () => `state=${'x'.repeat(9_000)}&code=${CODE}&challenge_id=42`, 400, 'sign_in_not_found'],
      ['an error', (state) => `error=access_denied&state=${state}`, 403, 'authorization_refused'],
      [
        'an error beside a code',
        (state) => `error=x&state=${state}&code=${CODE}&challenge_id=42`,
        403,
        'authorization_refused',
      ],
      ['an error and no state', () => 'error=%3Cscript%3Ealert(1)%3C/script%3E', 403, 'authorization_refused'],
      ['two errors', (state) => `error=a&error=b&state=${state}`, 400, 'invalid_callback'],
    ];

    it.each(malformed)('has a callback with %s', async (_name, queryOf, status, code) => {
      await start();
      const begun = await begin(browser, '?returnTo=/orders');
      const path = `/login/callback?${queryOf(begun.state)}`;
      for (const accept of [AS_PROGRAM, AS_PAGE]) {
        const answer = await browser.get(path, accept);
        expectFailure(answer, begun, [status, code], accept);
        expect(JSON.stringify(answer.body)).not.toContain('alert(');
        expect(answer.cookies).toEqual([]);
      }
      await expectSignedOut();
      expect(api.requests).toEqual([]);
      // The sign-in itself is none the worse for it.
      expect((await browser.get(callbackOf(begun))).status).toBe(303);
    });

    it.each<[string, (begun: Begun) => Promise<unknown> | undefined, string]>([
      ['has lost its cookie', () => void (browser = new Browser(server.url)), 'sign_in_not_found'],
      [
        'has a cookie that was changed',
        () => {
          const [[name, value] = ['', '']] = browser.cookies;
          browser.cookies.set(name, `${value.slice(0, -2)}${value.endsWith('A') ? 'B' : 'A'}`);
          return undefined;
        },
        'sign_in_not_found',
      ],
      [
        'has the cookie of another sign-in under its name',
        async () => {
          const [name = ''] = browser.cookies.keys();
          const other = new Browser(server.url);
          await begin(other);
          browser.cookies.set(name, [...other.cookies.values()][0] ?? '');
        },
        'sign_in_not_found',
      ],
      [
        'has a cookie of a session in the place of its own',
        async () => {
          const [name = ''] = browser.cookies.keys();
          const other = new Browser(server.url);
          await other.get(callbackOf(await begin(other)));
          api.requests.length = 0;
          browser.cookies.set(name, [...other.cookies.values()][0] ?? '');
        },
        'sign_in_not_found',
      ],
      ['has taken ten minutes', () => void (nowMs += 600_000), 'sign_in_expired'],
      ['has taken an hour, by a clock that was put forward', () => void (nowMs += 3_600_000), 'sign_in_expired'],
    ])('%s', async (_name, happens, code) => {
      await start();
      const begun = await begin(browser, '?returnTo=/orders');
      await happens(begun);
      const clone = browser.clone();
      expectFailure(await clone.get(callbackOf(begun), AS_PAGE), begun, [400, code], AS_PAGE);
      expectFailure(await browser.get(callbackOf(begun), AS_PROGRAM), begun, [400, code]);
      await expectSignedOut();
      expect(api.requests).toEqual([]);
      if (code === 'sign_in_expired') expect(signInCookiesOf(browser)).toEqual([]);
    });

    it('is in time until the very end', async () => {
      await start();
      const begun = await begin(browser);
      nowMs += 599_999;
      expect((await browser.get(callbackOf(begun))).status).toBe(303);
    });

    it('knows two cookies of its name', async () => {
      await start();
      const begun = await begin(browser);
      const [[name, value] = ['', '']] = browser.cookies;
      const cookie = `${name}=${value}; ${name}=${value}`;
      const answer = await new Browser(server.url).get(callbackOf(begun), { ...AS_PROGRAM, cookie });
      expectFailure(answer, begun, [400, 'sign_in_not_found']);
    });

    it('was begun under a key that is gone; under one that was rotated, all is well', async () => {
      await start();
      const begun = await begin(browser);
      const cookies = new Map(browser.cookies);
      const next = 'the next key of 32 characters!!!';
      for (const [encryptionKeys, status] of [
        [[next], 400],
        [[next, ...KEYS], 303],
      ] as const) {
        await server.app.close();
        await start({ session: { mode: 'server', encryptionKeys: [...encryptionKeys] } });
        for (const [name, value] of cookies) browser.cookies.set(name, value);
        const answer = await browser.get(callbackOf(begun), AS_PROGRAM);
        expect(answer.status).toBe(status);
        if (status === 400) expectFailure(answer, begun, [400, 'sign_in_not_found']);
      }
    });

    it('waits for a store that is out of reach: nothing is used up, and a reload goes on', async () => {
      await start();
      const begun = await begin(browser, '?returnTo=/orders');
      const useOnce = jest.spyOn(server.app.get(SessionStore), 'useOnce');
      useOnce.mockRejectedValueOnce(new StoreUnavailableError(5)).mockRejectedValueOnce(new StoreUnavailableError(5));
      for (const accept of [AS_PAGE, AS_PROGRAM]) {
        const answer = await browser.get(callbackOf(begun), accept);
        expectFailure(answer, begun, [503, 'store_unavailable'], accept);
        expect(answer.headers.get('retry-after')).toBe('5');
        expect(answer.cookies).toEqual([]);
      }
      expect(api.requests).toEqual([]);
      const reloaded = await browser.get(callbackOf(begun), AS_PAGE);
      expect([reloaded.status, reloaded.headers.get('location')]).toEqual([303, '/orders']);
    });
  });

  describe('when the issuer is asked, or after that,', () => {
    const hang: Script = () => undefined;
    const cut: Script = (response) => void response.destroy();

    it.each<[string, () => Script, number, string]>([
      ['has a code that the issuer refuses', () => json(400, { msg: 'no such code' }), 401, 'invalid_grant'],
      ['has a code that the issuer finds unauthorized', () => json(401, { msg: 'no' }), 401, 'invalid_grant'],
      ['has an issuer that forbids', () => json(403, { msg: 'no' }), 502, 'issuer_failed'],
      ['has an issuer that fails', () => json(500, { msg: `secret of ${CODE}` }), 502, 'issuer_failed'],
      ['has an issuer behind a broken gateway', () => text(502, '<html>'), 502, 'issuer_failed'],
      ['has an issuer that cuts the line', () => cut, 502, 'issuer_failed'],
      ['has an issuer that redirects', () => text(302, '', { location: '/elsewhere' }), 502, 'issuer_failed'],
      ['has an issuer that talks nonsense', () => text(200, '<html>'), 502, 'issuer_failed'],
      ['has an issuer that talks other nonsense', () => json(200, { identifier: 5 }), 502, 'issuer_failed'],
      ['has an issuer that forgets the tokens', () => grant(ANN, { oauth_token: null }), 502, 'issuer_failed'],
      ['has an issuer whose payload is none', () => grant(ANN, { email: 5 }), 502, 'issuer_failed'],
      ['has an issuer that hangs', () => hang, 504, 'issuer_timeout'],
      ['has an issuer that is busy', () => json(429, {}, { 'retry-after': '7' }), 503, 'issuer_busy'],
      ['has tokens for somebody else', () => grant({ ...ANN, audience: 'other' }), 403, 'invalid_audience'],
      ['has tokens of yesterday', () => grant({ ...ANN, expiresInSeconds: -60 }), 403, 'token_expired'],
      ['has tokens of nobody', () => grant({ subject: 'x', identifier: null }), 403, 'identity_missing'],
    ])('%s', async (_name, scriptOf, status, code) => {
      await start({ apiTimeoutMs: 200 });
      for (const accept of [AS_PAGE, AS_PROGRAM]) {
        const begun = await begin(browser, '?returnTo=/orders');
        const cookies = new Map(browser.cookies);
        api.play(scriptOf());
        const answer = await browser.get(callbackOf(begun), accept);
        expectFailure(answer, begun, [status, code], accept);
        if (status === 503) expect(answer.headers.get('retry-after')).toBe('7');
        expect(JSON.stringify(answer.body)).not.toContain('no such code');
        expect(signInCookiesOf(browser)).toEqual([]);
        // The state is spent: what failed is not tried again, neither by a reload nor with a copy of the cookie.
        api.play(grant());
        expect(failureOf(await browser.get(callbackOf(begun), AS_PROGRAM))).toBe('sign_in_not_found');
        for (const [name, value] of cookies) browser.cookies.set(name, value);
        expect(failureOf(await browser.get(callbackOf(begun), AS_PROGRAM))).toBe('sign_in_used');
        expect(api.requests).toEqual([]);
        await expectSignedOut();
      }
      // And another one is none the worse for it.
      expect((await browser.get(callbackOf(await begin(browser)))).status).toBe(303);
    });

    it('offers to begin again on the way to the same place, as long as that is known', async () => {
      await start();
      api.play(json(500, {}));
      const begun = await begin(browser, `?returnTo=${encodeURIComponent('/a?b="><script>&c=1#d')}`);
      const { body } = await browser.get(callbackOf(begun), AS_PAGE);
      const again = /<a href="([^"]*)">Sign in again</.exec(String(body))?.[1]?.replaceAll('&amp;', '&') ?? '';
      expect(again).toContain(`${SITE}/login?returnTo=`);
      expect(new URL(again).searchParams.get('returnTo')).toBe('/a?b=%22%3E%3Cscript%3E&c=1#d');
      expect((await browser.get(callbackOf(begun), AS_PAGE)).body).toContain(
        `<a href="${SITE}/login">Sign in again</a>`,
      );
    });

    it('is of somebody whose account is disabled, whom no session is given', async () => {
      await start();
      await browser.get(callbackOf(await begin(browser)));
      const { body } = await browser.get('/me');
      const users = server.app.get(UsersService);
      await users.disable((await users.findByPrincipal(body as CotterPrincipal)) ?? { id: '' });
      browser = new Browser(server.url);
      for (const accept of [AS_PAGE, AS_PROGRAM]) {
        const begun = await begin(browser);
        expectFailure(await browser.get(callbackOf(begun), accept), begun, [403, 'account_disabled'], accept);
      }
      await expectSignedOut();
    });

    it('is of somebody whom the application does not want, and tells them why', async () => {
      const beforeRegister = () => {
        throw new RegistrationRefusedError('Members only, <b>sorry</b>.');
      };
      await start({ hooks: { beforeRegister } });
      const begun = await begin(browser);
      const answer = await browser.get(callbackOf(begun), AS_PAGE);
      expectFailure(answer, begun, [403, 'registration_refused'], AS_PAGE);
      expect(answer.body).toContain('Members only, &lt;b&gt;sorry&lt;/b&gt;.');
      await expectSignedOut();
    });

    it('has tokens that nobody can verify now', async () => {
      await start();
      keys.goDown();
      const begun = await begin(browser);
      const answer = await browser.get(callbackOf(begun), AS_PAGE);
      expectFailure(answer, begun, [503, 'keys_unavailable'], AS_PAGE);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      await expectSignedOut();
    });

    it('has no store to keep the session in', async () => {
      await start();
      jest.spyOn(server.app.get(SessionStore), 'insert').mockRejectedValueOnce(new StoreUnavailableError(5));
      const begun = await begin(browser);
      const answer = await browser.get(callbackOf(begun), AS_PROGRAM);
      expectFailure(answer, begun, [503, 'store_unavailable']);
      await expectSignedOut();
    });

    it('has tokens that are too large for cookies', async () => {
      await start({ session: { mode: 'token', encryptionKeys: KEYS } });
      api.play(grant({ ...ANN, claims: { ballast: 'x'.repeat(4_000) } }));
      const begun = await begin(browser);
      expectFailure(await browser.get(callbackOf(begun), AS_PROGRAM), begun, [502, 'session_too_large']);
      await expectSignedOut();
    });

    it('throws nobody out who was signed in before', async () => {
      await start();
      await browser.get(callbackOf(await begin(browser)));
      api.play(json(500, {}));
      const begun = await begin(browser);
      expectFailure(await browser.get(callbackOf(begun), AS_PROGRAM), begun, [502, 'issuer_failed']);
      expect((await browser.get('/me')).status).toBe(200);
    });
  });
});

function swapCase(state: string): string {
  return state.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
