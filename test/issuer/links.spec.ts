import { decodeJwt } from 'jose';

import { Challenges, type ChallengeRequest } from '../../src/issuer/challenges/challenges.js';
import type { LinkRequest } from '../../src/issuer/links/link-request.js';
import { MagicLinks, type LinkRedemption } from '../../src/issuer/links/magic-links.js';
import { codeChallengeOf } from '../../src/tokens/pkce.js';
import {
  API_KEY_ID,
  IssuerUnderTest,
  ORIGIN,
  OTHER_KEY_ID,
  REDIRECT_URL,
  type Identity,
  type Tokens,
} from './issuer-under-test.js';

const MINUTE_MS = 60_000;
const LINK = { auth_method: 'MAGIC_LINK' };
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

describe.each(['express', 'fastify'] as const)('magic links on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * MINUTE_MS));

  const textOf = async (response: Promise<Response>): Promise<string> => (await response).text();
  const statusOf = async (response: Promise<Response>): Promise<number> => (await response).status;
  async function openLink(
    link: LinkRequest,
    changes: Partial<ChallengeRequest> = {},
  ): Promise<{ handle: string; link: string }> {
    const handle = await issuer.running.app.get(Challenges).open({
      apiKeyId: API_KEY_ID,
      redirectUrl: ORIGIN,
      frameOrigin: ORIGIN,
      codeChallenge: codeChallengeOf('verifier'),
      state: 'state of the browser that asks',
      identifier: 'ann@example.com',
      identifierType: 'EMAIL',
      deviceName: CHROME,
      network: null,
      browserHash: null,
      link,
      ...changes,
    });
    return { handle, link: await issuer.lastLink() };
  }

  describe('of the page /app', () => {
    it('come in place of a code, and are announced by pages that ask for none', async () => {
      const start = await textOf(issuer.fetch(issuer.authorizePath(LINK)));
      expect(start).toContain('We send you a link to sign in with.');
      expect(start).toContain('Send me a link');
      const sentPath = await issuer.ask('ann@example.com', LINK);
      const sent = await textOf(issuer.fetch(sentPath));
      expect(sent).toContain('Check your e-mail');
      expect(sent).toContain('Send a new link');
      expect(sent).not.toMatch(/<(form|input|script)/);
      expect((await issuer.outbox()).at(-1)).toEqual({
        to: 'ann@example.com',
        channel: 'EMAIL',
        code: null,
        link: expect.stringMatching(/\/link\?token=[\w-]{43}$/) as string,
        sentAt: new Date(issuer.clock.nowMs).toISOString(),
      });
      expect(await textOf(issuer.fetch('/outbox'))).toContain(`href="${issuer.url}${await issuer.lastLink()}"`);
    });

    it('come by text message, too', async () => {
      const start = await textOf(issuer.fetch(issuer.authorizePath({ ...LINK, type: 'PHONE' })));
      expect(start).toContain('We text you a link to sign in with.');
      const sentPath = await issuer.ask('+4915123456789', { ...LINK, type: 'PHONE' });
      expect(await textOf(issuer.fetch(sentPath))).toContain('Check your phone');
      expect((await issuer.outbox()).at(-1)).toMatchObject({ to: '+4915123456789', channel: 'SMS', code: null });
      expect(await statusOf(issuer.click(await issuer.lastLink()))).toBe(303);
    });

    it('lead from the click to tokens that say MAGIC_LINK', async () => {
      const grant = await issuer.authorize('Ann@Example.com', LINK);
      expect(grant.state).toBe('some state');
      const { oauth_token: tokens, identifier } = (await (await issuer.exchange(grant)).json()) as Identity & {
        oauth_token: Tokens;
      };
      expect(identifier['identifier']).toBe('ann@example.com');
      expect(tokens.auth_method).toBe('MAGIC_LINK');
      expect(decodeJwt(tokens.access_token)).toMatchObject({ authentication_method: 'MAGIC_LINK' });
      const next = (await (await issuer.refresh(tokens.refresh_token)).json()) as Tokens;
      expect(next.auth_method).toBe('MAGIC_LINK');
      expect(decodeJwt(next.access_token)).toMatchObject({ authentication_method: 'MAGIC_LINK' });
    });

    it('ask whoever opens them: which application, which person, which device', async () => {
      await issuer.fetch(issuer.authorizePath({ ...LINK, direct_login: 'true', input: 'ann@example.com' }), {
        headers: { 'user-agent': CHROME },
      });
      const answer = await issuer.fetch(await issuer.lastLink());
      const page = await answer.text();
      expect(answer.status).toBe(200);
      expect(page).toContain('Sign in to Test &lt;App&gt;?');
      expect(page).toContain('ann@example.com');
      expect(page).toContain('Chrome on Linux');
      expect(page).toContain('After signing in you return to <b>localhost:3000</b>');
      expect(page.match(/<form/g)).toHaveLength(1);
      expect(page.match(/<button type="submit">/g)).toHaveLength(1);
      expect(page).not.toMatch(/<(script|input|style)| (href|src|action)="\/| on\w+="|style="/);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("form-action 'self' http://localhost:3000;") as string,
      });
    });

    it('never let the one who asks write on the page of the one who clicks', async () => {
      for (const name of ['Your own phone/1.0 x', '<b>you</b>/1.0 x', '']) {
        await issuer.postForm(issuer.authorizePath(LINK), { identifier: 'ann@example.com' }, { 'user-agent': name });
        const page = await textOf(issuer.fetch(await issuer.lastLink()));
        expect(page).toContain('another device');
        expect(page).not.toMatch(/Your own phone|<b>you|&lt;b&gt;you/);
      }
    });

    it.each<[string, RequestInit]>([
      ['a mail scanner', {}],
      ['one that asks for the header only', { method: 'HEAD' }],
      ['a browser that looks ahead', { headers: { 'sec-purpose': 'prefetch;prerender' } }],
      ['a webmail, which is another site', { headers: { 'sec-fetch-site': 'cross-site' } }],
      ['a mail program', { headers: { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' } }],
    ])('are not spent by being opened, however often: %s', async (_who, init) => {
      await issuer.ask('ann@example.com', LINK);
      const link = await issuer.lastLink();
      for (let times = 0; times < 7; times++) {
        const opened = await issuer.fetch(link, init);
        expect(opened.status).toBe(200);
        expect(opened.headers.get('location')).toBeNull();
      }
      expect(await statusOf(issuer.click(link))).toBe(303);
    });

    it.each<[string, Record<string, string>, number]>([
      ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['another port of this host', { 'sec-fetch-site': 'same-site' }, 403],
      ['another origin, told by Origin alone', { origin: 'https://evil.example' }, 403],
      ['no form', { 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }, 415],
    ])('are not spent by a post from %s', async (_where, headers, status) => {
      await issuer.ask('ann@example.com', LINK);
      const link = await issuer.lastLink();
      expect(await statusOf(issuer.click(link, headers))).toBe(status);
      expect(await statusOf(issuer.click(link))).toBe(303);
    });

    it('work once, and show the way to another', async () => {
      const sentPath = await issuer.ask('ann@example.com', LINK);
      const link = await issuer.lastLink();
      expect(await statusOf(issuer.click(link))).toBe(303);
      for (const answer of [await issuer.click(link), await issuer.fetch(link)]) {
        expect(answer.status).toBe(410);
        expect(answer.headers.get('location')).toBeNull();
        const page = await answer.text();
        expect(page).toContain('This link has been used already.');
        const again = /href="(app\?[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? 'none';
        expect(await textOf(issuer.fetch(`/${again}`))).toContain('Send me a link');
      }
      const waiting = await issuer.fetch(sentPath);
      expect(waiting.status).toBe(410);
      expect(await waiting.text()).toContain('This link has been used already.');
    });

    it('give one authorization code to twenty clicks at once', async () => {
      await issuer.ask('ann@example.com', LINK);
      const link = await issuer.lastLink();
      const statuses = await Promise.all(Array.from({ length: 20 }, () => statusOf(issuer.click(link))));
      expect(statuses.sort()).toEqual([303, ...Array<number>(19).fill(410)]);
    });

    it('work in the last millisecond of their five minutes, and not afterwards', async () => {
      await issuer.ask('in-time@example.com', LINK);
      const inTime = await issuer.lastLink();
      const sentPath = await issuer.ask('late@example.com', LINK);
      const late = await issuer.lastLink();
      issuer.clock.advance(5 * MINUTE_MS - 1);
      expect(await statusOf(issuer.click(inTime))).toBe(303);
      issuer.clock.advance(1);
      for (const answer of [await issuer.fetch(late), await issuer.click(late)]) {
        expect(answer.status).toBe(410);
        expect(await answer.text()).toContain('This link has expired');
      }
      expect(await textOf(issuer.fetch(sentPath))).toContain('This link has expired');
    });

    it.each(['', 'guessed', `"'><script>alert(1)</script>`, '%00', 'x'.repeat(5000)])(
      'are of no use where nobody has sent them: %#',
      async (token) => {
        for (const path of ['/link', `/link?token=${encodeURIComponent(token)}`]) {
          for (const answer of [await issuer.fetch(path), await issuer.click(path)]) {
            expect(answer.status).toBe(410);
            const page = await answer.text();
            expect(page).toContain('ask for another');
            expect(page).not.toContain('<script');
          }
        }
      },
    );

    it('are replaced by the next one', async () => {
      const sentPath = await issuer.ask('ann@example.com', LINK);
      const former = await issuer.lastLink();
      const resendPath = sentPath.replace('/code', '/resend');
      expect(await textOf(issuer.fetch(resendPath))).toContain('Send a new link?');
      expect(await issuer.lastLink()).toBe(former);
      const resent = await issuer.postForm(resendPath, {});
      expect(resent.status).toBe(303);
      expect(await statusOf(issuer.click(former))).toBe(410);
      expect(await statusOf(issuer.click(await issuer.lastLink()))).toBe(303);
      const nextPath = `/app/${resent.headers.get('location') ?? ''}`;
      expect(await statusOf(issuer.postForm(nextPath.replace('/code', '/resend'), {}))).toBe(410);
    });

    it('count as codes do: the sixth of either kind in five minutes is not sent', async () => {
      const ask = (parameters = {}): Promise<number> =>
        statusOf(issuer.postForm(issuer.authorizePath(parameters), { identifier: 'often@example.com' }));
      const statuses = [];
      for (const parameters of [LINK, {}, LINK, {}, LINK]) statuses.push(await ask(parameters));
      expect(statuses).toEqual([303, 303, 303, 303, 303]);
      const before = await issuer.outbox();
      expect([await ask(LINK), await ask()]).toEqual([429, 429]);
      expect(await issuer.outbox()).toEqual(before);
    });

    it('are opened by no code, and closed by none', async () => {
      const sentPath = await issuer.ask('ann@example.com', LINK);
      for (let tries = 0; tries < 7; tries++) {
        const answer = await issuer.postForm(sentPath, { code: '000000' });
        expect(answer.status).toBe(200);
        expect(await answer.text()).toContain('Check your e-mail');
      }
      expect(await statusOf(issuer.click(await issuer.lastLink()))).toBe(303);
    });

    it('never sign in the browser that asked where another one clicks', async () => {
      const sentPath = await issuer.ask('victim@example.com', LINK);
      const landed = await issuer.click(await issuer.lastLink());
      const code = new URL(landed.headers.get('location') ?? '').searchParams.get('code') ?? '';
      expect(code).toMatch(/^[\w-]{43}$/);
      for (const path of [sentPath, sentPath.replace('/code', '/resend')]) {
        const answer = await issuer.fetch(path);
        expect(answer.status).toBe(410);
        expect(answer.headers.get('location')).toBeNull();
        expect(await answer.text()).not.toContain(code);
      }
      const handle = new URLSearchParams(sentPath.split('?')[1]).get('handle') ?? '';
      expect(await issuer.running.app.get(MagicLinks).poll(handle)).toEqual({ state: 'closed' });
    });

    it('go back to an app by its scheme, and to any port of this machine', async () => {
      for (const redirectUrl of ['yourapp://', 'http://127.0.0.1:8395/cb', 'https://app.example.com/cb?a=1']) {
        const grant = await issuer.authorize('cli@example.com', { ...LINK, redirect_url: redirectUrl });
        expect(await statusOf(issuer.exchange(grant, { code_verifier: 'another' }))).toBe(400);
        expect(await statusOf(issuer.exchange(grant))).toBe(200);
        expect(await statusOf(issuer.exchange(grant))).toBe(400);
      }
    });
  });

  describe('that lead to a page', () => {
    const PAGE_URL = `${ORIGIN}/welcome`;
    const toPage = (pageUrl = PAGE_URL): Promise<{ handle: string; link: string }> =>
      openLink({ kind: 'page', pageUrl, clientJson: '{"name":"Ann & Bob"}' });
    async function clickThrough(pageUrl = PAGE_URL): Promise<{ url: URL; redemption: LinkRedemption }> {
      const { link } = await toPage(pageUrl);
      const answer = await issuer.click(link);
      expect(answer.status).toBe(303);
      const url = new URL(answer.headers.get('location') ?? '');
      return {
        url,
        redemption: {
          apiKeyId: API_KEY_ID,
          challengeId: Number(url.searchParams.get('challenge_id')),
          challenge: url.searchParams.get('challenge') ?? '',
          codeChallenge: codeChallengeOf('verifier of the new frame'),
          redirectUrl: ORIGIN,
          state: 'state of the browser that asks',
        },
      };
    }
    const redeem = (redemption: LinkRedemption): Promise<string | null> =>
      issuer.running.app.get(MagicLinks).redeem(redemption);

    it('bring what the SDK reads there, and a secret that a new frame redeems with its own verifier', async () => {
      const { url, redemption } = await clickThrough();
      expect(`${url.origin}${url.pathname}`).toBe(PAGE_URL);
      expect(Object.fromEntries(url.searchParams)).toEqual({
        auth_method: 'MAGIC_LINK',
        challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
        challenge_id: expect.stringMatching(/^\d+$/) as string,
        id_type: 'EMAIL',
        id: 'ann@example.com',
        client_json: '{"name":"Ann & Bob"}',
      });
      const code = await redeem(redemption);
      expect(code).toMatch(/^[\w-]{43}$/);
      const { challengeId } = redemption;
      const grant = { code: code ?? '', challengeId, state: '', redirectUrl: ORIGIN, codeVerifier: 'verifier' };
      expect(await statusOf(issuer.exchange(grant))).toBe(400);
      const identity = await issuer.exchange(grant, { code_verifier: 'verifier of the new frame' });
      expect(identity.status).toBe(200);
      expect((await identity.json()) as Identity).toMatchObject({ oauth_token: { auth_method: 'MAGIC_LINK' } });
    });

    it('leave the rest of the page’s address as it is, and replace what a former link has left there', async () => {
      expect((await clickThrough(`${ORIGIN}/p?a=%20b#/route`)).url.href).toMatch(/\/p\?a=%20b&auth_method=.*#\/route$/);
      const { url: former } = await clickThrough(`${ORIGIN}/p?a=1`);
      const { url } = await clickThrough(former.href);
      expect(url.searchParams.getAll('challenge')).toHaveLength(1);
      expect(url.searchParams.getAll('a')).toEqual(['1']);
      expect(url.searchParams.get('challenge')).not.toBe(former.searchParams.get('challenge'));
    });

    it.each<[string, Partial<LinkRedemption>]>([
      ['state, which is that of another browser', { state: 'state of the browser that clicks' }],
      ['secret', { challenge: 'guessed' }],
      ['secret: none', { challenge: '' }],
      ['challenge', { challengeId: 1 }],
      ['challenge: no number', { challengeId: Number.NaN }],
      ['challenge: too large for a row', { challengeId: Number.MAX_SAFE_INTEGER }],
      ['application', { apiKeyId: OTHER_KEY_ID }],
      ['origin', { redirectUrl: 'https://other.example' }],
    ])('are redeemed by nobody with another %s; the click stays good', async (_what, changes) => {
      const { redemption } = await clickThrough();
      expect(await redeem({ ...redemption, ...changes })).toBeNull();
      expect(await redeem(redemption)).not.toBeNull();
      expect(await redeem(redemption)).toBeNull();
    });

    it('give one authorization code to twenty frames at once', async () => {
      const { redemption } = await clickThrough();
      const codes = await Promise.all(Array.from({ length: 20 }, () => redeem(redemption)));
      expect(codes.filter((code) => code !== null)).toHaveLength(1);
    });

    it('are redeemed within five minutes of the click', async () => {
      const { redemption: inTime } = await clickThrough();
      const { redemption: late } = await clickThrough();
      issuer.clock.advance(5 * MINUTE_MS - 1);
      expect(await redeem(inTime)).not.toBeNull();
      issuer.clock.advance(1);
      expect(await redeem(late)).toBeNull();
    });

    it('are replaced by one to the same page', async () => {
      const { handle, link: former } = await toPage();
      expect(await issuer.running.app.get(Challenges).reopen(handle)).not.toBeNull();
      expect(await statusOf(issuer.click(former))).toBe(410);
      const landed = new URL((await issuer.click(await issuer.lastLink())).headers.get('location') ?? '');
      expect(`${landed.origin}${landed.pathname}`).toBe(PAGE_URL);
      expect(landed.searchParams.get('client_json')).toBe('{"name":"Ann & Bob"}');
    });

    it('never sign in the tab that asked', async () => {
      const { handle, link } = await toPage();
      await issuer.click(link);
      expect(await issuer.running.app.get(MagicLinks).poll(handle)).toEqual({ state: 'closed' });
    });

    it.each([
      'https://evil.example/',
      'http://localhost:3001/',
      'https://localhost:3000/',
      'http://localhost:3000@evil.example/',
      'http://user:pass@localhost:3000/',
      'http://localhost:3000.evil.example/',
      '//localhost:3000/',
      '/welcome',
      '',
      'javascript:alert(1)',
      'yourapp://',
      'https://app.example.com/cb?a=2',
      'https://app.example.com/other',
      `${ORIGIN}/${'x'.repeat(2048)}`,
    ])('go to no page that is not registered: %s', async (pageUrl) => {
      const before = await issuer.outbox();
      await expect(toPage(pageUrl)).rejects.toMatchObject({ code: 'request_refused' });
      expect(await issuer.outbox()).toEqual(before);
    });

    it.each(['https://app.example.com/cb?a=1', 'http://localhost:3000', 'http:\\\\LOCALHOST:3000\\..\\x'])(
      'go to a registered one: %s',
      async (pageUrl) => {
        const { url } = await clickThrough(pageUrl);
        expect([ORIGIN, 'https://app.example.com']).toContain(url.origin);
      },
    );

    it.each(['', 'null', '[]', '"text"', '{', `{"a":"${'x'.repeat(2048)}"}`])(
      'carry a JSON object or are not sent: %#',
      async (clientJson) => {
        await expect(openLink({ kind: 'page', pageUrl: PAGE_URL, clientJson })).rejects.toMatchObject({
          code: 'request_refused',
        });
      },
    );

    it('tell where they lead, and lead back there when they are used up', async () => {
      const { link } = await toPage();
      const opened = await issuer.fetch(link);
      expect(opened.headers.get('content-security-policy')).toContain("form-action 'self' http://localhost:3000;");
      expect(await opened.text()).toContain('you return to <b>localhost:3000</b>');
      await issuer.click(link);
      expect(await textOf(issuer.fetch(link))).toContain(`href="${PAGE_URL}"`);
    });
  });

  describe('that a tab waits for', () => {
    const poll = (handle: string): ReturnType<MagicLinks['poll']> => issuer.running.app.get(MagicLinks).poll(handle);

    it('say on which device the click signs in', async () => {
      const { link } = await openLink({ kind: 'tab' });
      const opened = await issuer.fetch(link);
      const page = await opened.text();
      expect(page).toContain('<h1>Sign in on Chrome on Linux?</h1>');
      expect(page).toContain('Your click signs in <b>Chrome on Linux</b>, where this link was asked for');
      expect(page).toContain('To Test &lt;App&gt; as <b class="identifier">ann@example.com</b>');
      expect(page).toContain('<button type="submit">Yes, sign in on Chrome on Linux</button>');
      expect(opened.headers.get('content-security-policy')).toContain("form-action 'self';");
      const clicked = await issuer.click(link);
      expect(clicked.status).toBe(200);
      expect(await clicked.text()).toContain('The tab on Chrome on Linux that asked for this link goes on by itself.');
      expect(await textOf(issuer.click(link))).toContain('This link has been used already.');
    });

    it('tell the tab of the click, once', async () => {
      const { handle, link } = await openLink({ kind: 'tab' });
      await issuer.fetch(link);
      expect(await poll(handle)).toEqual({ state: 'waiting' });
      await issuer.click(link);
      const polled = await poll(handle);
      if (polled.state !== 'verified') throw new Error(polled.state);
      expect(await poll(handle)).toEqual({ state: 'closed' });
      const { authorizationCode: code, challengeId } = polled;
      const grant = { code, challengeId, state: '', redirectUrl: ORIGIN, codeVerifier: 'verifier' };
      expect(await statusOf(issuer.exchange(grant))).toBe(200);
    });

    it('tell one of twenty questions at once', async () => {
      const { handle, link } = await openLink({ kind: 'tab' });
      await issuer.click(link);
      const polls = await Promise.all(Array.from({ length: 20 }, () => poll(handle)));
      expect(polls.filter(({ state }) => state === 'verified')).toHaveLength(1);
      expect(polls.filter(({ state }) => state === 'closed')).toHaveLength(19);
    });

    it('tell nobody without the handle, and nobody too late', async () => {
      const { handle, link } = await openLink({ kind: 'tab' });
      const { handle: unclicked } = await openLink({ kind: 'tab' });
      expect(await poll('guessed')).toEqual({ state: 'closed' });
      expect(await poll('')).toEqual({ state: 'closed' });
      issuer.clock.advance(5 * MINUTE_MS - 1);
      await issuer.click(link);
      expect(await poll(unclicked)).toEqual({ state: 'waiting' });
      issuer.clock.advance(1);
      expect(await poll(unclicked)).toEqual({ state: 'closed' });
      issuer.clock.advance(5 * MINUTE_MS - 1);
      expect(await poll(handle)).toEqual({ state: 'closed' });
    });

    it('are redeemed by no page', async () => {
      const { link } = await openLink({ kind: 'tab' });
      await issuer.click(link);
      const challenge = await issuer.running.app
        .get(MagicLinks)
        .find(new URLSearchParams(link.split('?')[1]).get('token') ?? '');
      const redemption = {
        apiKeyId: API_KEY_ID,
        challengeId: challenge?.id ?? 0,
        codeChallenge: codeChallengeOf('verifier'),
        redirectUrl: REDIRECT_URL,
        state: 'state of the browser that asks',
      };
      for (const secret of ['', 'null']) {
        expect(await issuer.running.app.get(MagicLinks).redeem({ ...redemption, challenge: secret })).toBeNull();
      }
    });
  });
});
