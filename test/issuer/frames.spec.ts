import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CodeSender } from '../../src/issuer/index.js';
import { codeChallengeOf, createCodeVerifier } from '../../src/tokens/pkce.js';
import { API_KEY_ID, IssuerUnderTest, messageOf, ORIGIN, OTHER_KEY_ID } from './issuer-under-test.js';

const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };
const EVIL = `"'><script>alert(1)</script>&`;

/** The query of a frame, in the order of the SDK. */
function queryOf(changes: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    challenge: codeChallengeOf('verifier'),
    type: 'EMAIL',
    domain: ORIGIN,
    api_key: API_KEY_ID,
    redirect_url: 'undefined',
    state: 'some state',
    id: 'x1cotter-form-container',
    ...changes,
  });
  for (const [name, value] of [...query]) if (value === '') query.delete(name);
  return query.toString();
}

describe.each(['express', 'fastify'] as const)('the frames on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  const open = (changes?: Record<string, string>, path = '/signup') => issuer.fetch(`${path}?${queryOf(changes)}`);
  const ask = (name: string, body: unknown, changes: Record<string, string> = {}, headers = {}) =>
    issuer.postJson(`/frame/${name}?${queryOf(changes)}`, body, { ...SAME_ORIGIN, ...headers });
  const handleOf = async (response: Response) => ((await response.json()) as { handle: string }).handle;
  async function begin(identifier = 'ann@example.com', changes: Record<string, string> = {}): Promise<string> {
    const response = await ask('begin', { identifier }, changes);
    expect(response.status).toBe(200);
    return handleOf(response);
  }

  describe('as pages', () => {
    it.each(['/signup', '/login'])('may be embedded at %s by the registered origin alone', async (path) => {
      const response = await open({}, path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'none'; " +
          `base-uri 'none'; frame-ancestors ${ORIGIN}`,
      );
      expect(response.headers.get('x-frame-options')).toBeNull();
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('referrer-policy')).toBe('no-referrer');
      expect(response.headers.get('set-cookie')).toBeNull();
      const page = await response.text();
      expect(page).toContain('Sign in to Test &lt;App&gt;');
      expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|(?:src|href)="(?:\/|https?:)/);
    });

    it.each<[string, Record<string, string>]>([
      ['api_key', { api_key: 'unknown' }],
      ['api_key', { api_key: '' }],
      ['domain', { domain: '' }],
      ['domain', { domain: 'https://evil.example' }],
      ['domain', { domain: `${ORIGIN}/` }],
      ['domain', { domain: '*' }],
      ['domain', { domain: 'null' }],
      ['domain', { api_key: OTHER_KEY_ID }],
      ['id', { id: '' }],
      ['id', { id: 'x'.repeat(301) }],
      ['state', { state: '' }],
      ['type', { type: 'USERNAME' }],
      ['challenge', { challenge: '' }],
      ['challenge', { challenge: 'short' }],
      ['code_challenge', { code_challenge: 'short' }],
      ['auth_method', { auth_method: 'PIN' }],
      ['redirect_url', { redirect_url: 'https://evil.example/' }],
      ['redirect_url', { redirect_url: encodeURIComponent('https://evil.example/') }],
      ['redirect_url', { redirect_url: 'https%3A%2F%2F%ff' }],
      ['redirect_url', { redirect_url: 'javascript:alert(1)' }],
      ['redirect_url', { redirect_url: '/login' }],
    ])('show why a bad %s is refused, where no page can embed it (%#)', async (name, changes) => {
      for (const path of ['/signup', '/login']) {
        const response = await open(changes, path);
        expect(response.status).toBe(400);
        expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
        const page = await response.text();
        expect(page).toContain(`<code>${name}</code>`);
        expect(page).not.toContain('<script');
      }
      const call = await ask('begin', { identifier: 'ann@example.com' }, changes);
      expect(call.status).toBe(400);
      expect(await call.json()).toEqual({
        msg: expect.stringMatching(new RegExp(`^${name}: `)),
        code: 'invalid_authorize_request',
      });
    });

    it.each([
      ['a URL of the registered origin', `${ORIGIN}/login`],
      ['the same, encoded twice, with a fragment', encodeURIComponent(`${ORIGIN}/page?a=1#part`)],
      ['a registered redirect of another origin', 'https://app.example.com/cb?a=1'],
      ['none', 'null'],
    ])('take %s as redirect_url', async (_what, redirectUrl) => {
      expect((await open({ redirect_url: redirectUrl })).status).toBe(200);
    });

    it('escape whatever they repeat', async () => {
      const page = await (await open({ state: EVIL, id: EVIL })).text();
      expect(page).toContain('data-state="&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;"');
      expect(page).not.toContain('<script>alert');
    });

    it('get the scripts as they are written, and nothing beside them', async () => {
      const script = await issuer.fetch('/assets/frame/browser/messages.js');
      expect(script.status).toBe(200);
      expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      const file = join(__dirname, '..', '..', 'src', 'issuer', 'frame', 'browser', 'messages.js');
      expect(await script.text()).toBe(readFileSync(file, 'utf8'));
      for (const path of [
        'frame/browser/none.js',
        'identity/browser/messages.js',
        'frame/browser/..%2fframe-answer.ts',
      ]) {
        expect((await issuer.fetch(`/assets/${path}`)).status).toBe(404);
      }
    });
  });

  describe('in private', () => {
    it('bring a code to the page, which exchanges it under its origin', async () => {
      const codeVerifier = createCodeVerifier();
      const handle = await begin('Ann@Example.com', { challenge: codeChallengeOf(codeVerifier) });
      const answer = await ask('code', { handle, code: await issuer.lastCode() });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const { authorization_code: code, challenge_id: challengeId, state } = (await answer.json()) as never;
      expect(state).toBe('some state');
      const grant = { codeVerifier, code, challengeId, state, redirectUrl: ORIGIN };
      for (const redirectUrl of ['https://other.example', `${ORIGIN}/login`, 'undefined']) {
        expect(await messageOf(await issuer.exchange({ ...grant, redirectUrl }))).toContain('redirect_url is not');
      }
      const identity = await issuer.exchange(grant);
      expect(identity.status).toBe(200);
      expect(await identity.json()).toMatchObject({ user: { identifier: 'ann@example.com' } });
      expect((await issuer.exchange(grant)).status).toBe(400);
    });

    // Sheet, 9.4: "a stand-in binds the code to `domain` or to the given `redirect_url` and accepts a match on either".
    it.each([`${ORIGIN}/login`, ORIGIN])(
      'let a page with a RedirectURL name %s in the exchange',
      async (redirectUrl) => {
        const codeVerifier = createCodeVerifier();
        const changes = { challenge: codeChallengeOf(codeVerifier), redirect_url: `${ORIGIN}/login` };
        const handle = await begin('ann@example.com', changes);
        const { authorization_code: code, challenge_id: challengeId } = (await (
          await ask('code', { handle, code: await issuer.lastCode() })
        ).json()) as never;
        expect((await issuer.exchange({ codeVerifier, code, challengeId, state: '', redirectUrl })).status).toBe(200);
      },
    );

    it('give the normal form of an identifier, and say what is none', async () => {
      const known = await ask('identifier', { identifier: ' ANN@example.com ' });
      expect(await known.json()).toEqual({ identifier: 'ann@example.com', identifier_type: 'EMAIL' });
      const phone = await ask('identifier', { identifier: '+1 (415) 555-2671' }, { type: 'PHONE' });
      expect(await phone.json()).toEqual({ identifier: '+14155552671', identifier_type: 'PHONE' });
      for (const identifier of ['', 'ann', 'a@b.c, d@e.f', '+14155552671', 7, null]) {
        for (const name of ['identifier', 'begin']) {
          const refused = await ask(name, { identifier });
          expect(refused.status).toBe(400);
          expect(await refused.json()).toMatchObject({ code: 'invalid_identifier' });
        }
      }
    });

    it('count tries, take the right code after a wrong one, and no code twice', async () => {
      const handle = await begin();
      const code = await issuer.lastCode();
      const wrong = code === '000000' ? '111111' : '000000';
      const refused = await ask('code', { handle, code: wrong });
      expect(refused.status).toBe(400);
      expect(await refused.json()).toEqual({
        msg: 'That code is not right. You have 4 tries left.',
        code: 'wrong_code',
      });
      expect((await ask('code', { handle, code: `${code.slice(0, 3)} ${code.slice(3)}` })).status).toBe(200);
      const again = await ask('code', { handle, code });
      expect(again.status).toBe(410);
      expect(await again.json()).toEqual({ msg: expect.stringContaining('used already'), code: 'code_closed' });
    });

    it('take no sixth try, and send another code', async () => {
      const handle = await begin();
      const code = await issuer.lastCode();
      const wrong = code === '000000' ? '111111' : '000000';
      const statuses = [];
      for (let times = 0; times < 5; times++) statuses.push((await ask('code', { handle, code: wrong })).status);
      expect(statuses).toEqual([400, 400, 400, 400, 410]);
      expect((await ask('code', { handle, code })).status).toBe(410);
      const next = await handleOf(await ask('resend', { handle }));
      expect((await ask('code', { handle: next, code: await issuer.lastCode() })).status).toBe(200);
      expect((await ask('resend', { handle: next })).status).toBe(410);
    });

    it('take no code after five minutes, and none for a handle that nobody has', async () => {
      const handle = await begin();
      issuer.clock.advance(5 * 60_000);
      expect((await ask('code', { handle, code: await issuer.lastCode() })).status).toBe(410);
      for (const body of [{ handle: 'unknown', code: '000000' }, { code: '000000' }, []]) {
        expect((await ask('code', body)).status).toBe(410);
        expect((await ask('resend', body)).status).toBe(410);
      }
    });

    it('count what they send as the whole page does, and say how long it takes', async () => {
      for (let times = 0; times < 3; times++) await begin('six@example.com');
      for (let times = 0; times < 2; times++) await issuer.ask('six@example.com');
      const sixth = await ask('begin', { identifier: 'six@example.com' });
      expect(sixth.status).toBe(429);
      expect(sixth.headers.get('retry-after')).toBe('300');
      expect(await sixth.json()).toEqual({
        msg: expect.stringMatching(/ask for another in 5 minutes/),
        code: 'too_many_codes',
      });
    });

    it('send ten codes from one address and five from one browser', async () => {
      let person = 0;
      const from = (address: string, browser?: string): Promise<Response> =>
        ask('begin', { identifier: `p${String(person++)}@example.com`, browser }, {}, { 'x-forwarded-for': address });
      const statuses = async (times: number, send: () => Promise<Response>): Promise<number[]> => {
        const all = [];
        for (let index = 0; index < times; index++) all.push((await send()).status);
        return all;
      };
      expect(await statuses(11, () => from('203.0.113.7'))).toEqual([...Array<number>(10).fill(200), 429]);
      const browser = 'b'.repeat(43);
      let host = 1;
      expect(await statuses(6, () => from(`192.0.2.${String(host++)}`, browser))).toEqual([
        200, 200, 200, 200, 200, 429,
      ]);
      expect((await from('192.0.2.99', 'c'.repeat(43))).status).toBe(200);
    });

    it('answer strangers as they answer those who have an account', async () => {
      await issuer.signIn('known@example.com');
      issuer.clock.advance(10 * 60_000);
      const answers = [];
      for (const identifier of ['known@example.com', 'stranger@example.com']) {
        const response = await ask('begin', { identifier });
        answers.push([
          response.status,
          [...response.headers.keys()].sort(),
          Object.keys((await response.json()) as object),
        ]);
      }
      expect(answers[0]).toEqual(answers[1]);
    });

    it.each<[string, Record<string, string>, number]>([
      ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['another origin of this site', { 'sec-fetch-site': 'same-site' }, 403],
      ['a foreign origin, in an old browser', { 'sec-fetch-site': '', origin: 'https://evil.example' }, 403],
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
      ['plain text', { 'content-type': 'text/plain' }, 415],
    ])('refuse %s', async (_who, headers, status) => {
      const sent = (await issuer.outbox()).length;
      for (const name of ['identifier', 'begin', 'resend', 'code']) {
        const { 'sec-fetch-site': site, ...others } = { ...SAME_ORIGIN, ...headers };
        const response = await issuer.fetch(`/frame/${name}?${queryOf()}`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...others,
            ...(site === '' ? {} : { 'sec-fetch-site': site }),
          },
          body: JSON.stringify({ identifier: 'ann@example.com' }),
        });
        expect(response.status).toBe(status);
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
      expect((await issuer.outbox()).length).toBe(sent);
    });

    it('give nothing for a link that nobody has clicked, or that is not there', async () => {
      const changes = { auth_method: 'MAGIC_LINK', redirect_link: 'false' };
      const handle = await begin('link@example.com', changes);
      expect(await (await ask('poll', { handle }, changes)).json()).toEqual({ state: 'waiting' });
      expect((await ask('code', { handle, code: '000000' }, changes)).status).toBe(410);
      issuer.clock.advance(5 * 60_000);
      const bodies = [
        { handle },
        { challenge: 'x', challenge_id: '1' },
        { challenge_id: '1e999' },
        { challenge: 7 },
        [],
      ];
      for (const body of bodies) {
        for (const name of ['poll', 'redeem']) {
          const refused = await ask(name, body, changes);
          expect(refused.status).toBe(410);
          expect(await refused.json()).toMatchObject({ code: 'link_closed' });
        }
      }
    });

    it('say so where a code cannot be handed over', async () => {
      class BrokenSender extends CodeSender {
        send(): Promise<void> {
          return Promise.reject(new Error('the provider is down'));
        }
      }
      const broken = await IssuerUnderTest.start({ platform, outbox: false, codeSender: new BrokenSender() });
      const response = await broken.postJson(`/frame/begin?${queryOf()}`, { identifier: 'ann@example.com' });
      expect(response.status).toBe(503);
      expect(await response.json()).toEqual({
        msg: expect.stringContaining('Nothing is on its way'),
        code: 'code_not_sent',
      });
      await broken.close();
    });
  });
});
