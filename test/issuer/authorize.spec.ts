import { CodeSender, type CodeMessage } from '../../src/issuer/index.js';
import { IssuerUnderTest, REDIRECT_URL } from './issuer-under-test.js';

const EVIL = `"'><script>alert(1)</script>&`;

describe.each(['express', 'fastify'] as const)('the pages on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  const textOf = async (response: Promise<Response>): Promise<string> => (await response).text();

  it.each<[string, Record<string, string>]>([
    ['api_key', { api_key: 'unknown' }],
    ['api_key', { api_key: '' }],
    ['api_key', { api_key: EVIL }],
    ['redirect_url', { redirect_url: '' }],
    ['redirect_url', { redirect_url: 'https://evil.example/' }],
    ['redirect_url', { redirect_url: '//evil.example' }],
    ['redirect_url', { redirect_url: 'javascript:alert(1)' }],
    ['redirect_url', { redirect_url: `${REDIRECT_URL}more` }],
    ['redirect_url', { redirect_url: 'http://localhost:3000@evil.example/' }],
    ['type', { type: 'email' }],
    ['type', { type: '' }],
    ['code_challenge', { code_challenge: 'short' }],
    ['code_challenge', { code_challenge: `${'a'.repeat(42)}=` }],
    ['code_challenge', { code_challenge: 'a'.repeat(44) }],
    ['state', { state: '' }],
    ['state', { state: 'x'.repeat(2049) }],
    ['state', { state: 'a\u0000b' }],
    ['auth_method', { auth_method: 'PIN' }],
  ])('shows why a bad %s is refused, and sends nobody anywhere (%#)', async (name, changes) => {
    for (const method of ['GET', 'POST']) {
      const response = await issuer.fetch(issuer.authorizePath(changes), {
        method,
        ...(method === 'POST' ? { body: new URLSearchParams({ identifier: 'ann@example.com' }) } : {}),
      });
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      const page = await response.text();
      expect(page).toContain(`<code>${name}</code>`);
      expect(page).not.toContain('<form');
      expect(page).not.toContain('<script>');
    }
  });

  it('refuses a parameter that is given twice', async () => {
    const response = await issuer.fetch(`${issuer.authorizePath()}&redirect_url=https://evil.example/`);
    expect(response.status).toBe(400);
  });

  it('escapes whatever it repeats', async () => {
    const typed = await textOf(issuer.postForm(issuer.authorizePath({ state: EVIL }), { identifier: EVIL }));
    expect(typed).toContain('&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;');
    const shown = await textOf(issuer.fetch(issuer.authorizePath({ input: EVIL, state: EVIL, auth_method: 'OTP' })));
    const codePath = await issuer.ask('ann&co@example.com', { state: EVIL });
    const code = await textOf(issuer.fetch(codePath));
    expect(code).toContain('ann&amp;co@example.com');
    const wrong = await textOf(issuer.postForm(codePath, { code: EVIL }));
    const lost = await textOf(issuer.fetch(`/app/code?handle=${encodeURIComponent(EVIL)}`));
    const outbox = await textOf(issuer.fetch('/outbox'));
    for (const page of [typed, shown, code, wrong, lost, outbox]) {
      expect(page).not.toContain('<script');
      expect(page).not.toContain(`"'>`);
    }
    expect(code).toContain('Test &lt;App&gt;');
  });

  it('gives each form one button, names its fields, and labels them', async () => {
    const codePath = await issuer.ask();
    const resendPath = codePath.replace('/code', '/resend');
    for (const path of [issuer.authorizePath(), issuer.authorizePath({ type: 'PHONE' }), codePath, resendPath]) {
      const page = await textOf(issuer.fetch(path));
      expect(page.match(/<form/g)).toHaveLength(1);
      expect(page.match(/<button type="submit">/g)).toHaveLength(1);
      expect(page).toMatch(/<html lang="en"/);
      expect(page).not.toMatch(/ (href|src|action)="\//);
      expect(page).not.toMatch(/style="|<style|<script| on\w+="/);
    }
    const email = await textOf(issuer.fetch(issuer.authorizePath({ input: 'ann@example.com' })));
    expect(email).toMatch(/<label for="identifier">/);
    expect(email).toMatch(/name="identifier"[^>]*type="email"[^>]*autocomplete="email"[^>]*value="ann@example.com"/);
    const phone = await textOf(issuer.fetch(issuer.authorizePath({ type: 'PHONE' })));
    expect(phone).toMatch(/name="identifier"[^>]*type="tel"[^>]*autocomplete="tel"/);
    const code = await textOf(issuer.fetch(codePath));
    expect(code).toMatch(/name="code"[^>]*inputmode="numeric"[^>]*autocomplete="one-time-code"/);
  });

  it.each([
    ['EMAIL', ''],
    ['EMAIL', 'no address'],
    ['EMAIL', 'a@example.com,b@example.com'],
    ['EMAIL', 'a@example.com\r\nbcc: b@example.com'],
    ['EMAIL', '+4915123456789'],
    ['PHONE', '0151 23456789'],
    ['PHONE', 'ann@example.com'],
  ])('keeps what was typed where it is no %s: %j', async (type, typed) => {
    const before = await issuer.outbox();
    const page = await textOf(issuer.postForm(issuer.authorizePath({ type }), { identifier: typed }));
    expect(page).toMatch(/aria-describedby="identifier-error identifier-hint"\s+aria-invalid="true"/);
    expect(page).toMatch(/id="identifier-error" role="alert"/);
    if (typed === 'no address') expect(page).toContain('value="no address"');
    expect(await issuer.outbox()).toEqual(before);
  });

  it('takes a phone number in any spelling, and sends its code by SMS', async () => {
    await issuer.ask(' +49 (151) 234-56789 ', { type: 'PHONE' });
    expect((await issuer.outbox()).at(-1)).toMatchObject({ to: '+4915123456789', channel: 'SMS' });
  });

  it('goes back with an error where the person cancels', async () => {
    const codePath = await issuer.ask('ann@example.com', {
      redirect_url: 'https://app.example.com/cb?a=1',
      state: 'a&b',
    });
    for (const path of [
      codePath,
      issuer.authorizePath({ redirect_url: 'https://app.example.com/cb?a=1', state: 'a&b' }),
    ]) {
      const page = await textOf(issuer.fetch(path));
      expect(page).toContain('href="https://app.example.com/cb?a=1&amp;error=access_denied&amp;state=a%26b"');
    }
  });

  it('tells how many tries are left, and lets the fifth one count', async () => {
    const codePath = await issuer.ask();
    const code = await issuer.lastCode();
    for (const left of ['4 tries', '3 tries', '2 tries', '1 try']) {
      const response = await issuer.postForm(codePath, { code: 'wrong' });
      expect(response.headers.get('location')).toBeNull();
      expect(await response.text()).toContain(`You have ${left} left.`);
    }
    const spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
    expect((await issuer.postForm(codePath, { code: spaced })).status).toBe(303);
  });

  it('refuses the sixth try, even with the right code, and offers to start again', async () => {
    const codePath = await issuer.ask();
    const code = await issuer.lastCode();
    for (let tries = 1; tries <= 4; tries++) await issuer.postForm(codePath, { code: 'wrong' });
    expect((await issuer.postForm(codePath, { code: 'wrong' })).status).toBe(410);
    const sixth = await issuer.postForm(codePath, { code });
    expect(sixth.status).toBe(410);
    const page = await sixth.text();
    const again = /href="\.\.(\/app\?[^"]+)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? 'none';
    expect((await issuer.fetch(again)).status).toBe(200);
    expect((await issuer.fetch(codePath)).status).toBe(410);
  });

  it('takes a code in the last millisecond of its five minutes, and none afterwards', async () => {
    const inTime = await issuer.ask('in-time@example.com');
    const inTimeCode = await issuer.lastCode();
    const late = await issuer.ask('late@example.com');
    const lateCode = await issuer.lastCode();
    issuer.clock.advance(5 * 60_000 - 1);
    expect((await issuer.postForm(inTime, { code: inTimeCode })).status).toBe(303);
    issuer.clock.advance(1);
    expect((await issuer.postForm(late, { code: lateCode })).status).toBe(410);
  });

  it('gives one authorization code to twenty right answers at once', async () => {
    const codePath = await issuer.ask();
    const code = await issuer.lastCode();
    const answers = await Promise.all(Array.from({ length: 20 }, () => issuer.postForm(codePath, { code })));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(19);
  });

  it('lets five of twenty wrong answers at once count, and then none', async () => {
    const codePath = await issuer.ask();
    const code = await issuer.lastCode();
    await Promise.all(Array.from({ length: 20 }, () => issuer.postForm(codePath, { code: 'wrong' })));
    expect((await issuer.postForm(codePath, { code })).status).toBe(410);
  });

  it('answers a code only to whoever holds the handle', async () => {
    await issuer.ask();
    const response = await issuer.postForm('/app/code?handle=guessed', { code: await issuer.lastCode() });
    expect(response.status).toBe(410);
    expect(response.headers.get('location')).toBeNull();
  });

  it('sends another code, which replaces the one before', async () => {
    const codePath = await issuer.ask();
    const former = await issuer.lastCode();
    const resent = await issuer.postForm(codePath.replace('/code', '/resend'), {});
    expect(resent.status).toBe(303);
    const nextPath = `/app/${resent.headers.get('location') ?? ''}`;
    expect((await issuer.postForm(codePath, { code: former })).status).toBe(410);
    expect((await issuer.postForm(nextPath, { code: await issuer.lastCode() })).status).toBe(303);
    expect((await issuer.postForm(nextPath.replace('/code', '/resend'), {})).status).toBe(410);
  });

  it('sends nothing for opening the page that offers another code', async () => {
    const codePath = await issuer.ask();
    const before = await issuer.outbox();
    expect((await issuer.fetch(codePath.replace('/code', '/resend'))).status).toBe(200);
    expect(await issuer.outbox()).toEqual(before);
  });

  it('sends five codes to one address in five minutes, and says when the next one may go', async () => {
    const codePath = await issuer.ask('often@example.com');
    for (let sends = 2; sends <= 5; sends++) {
      issuer.clock.advance(1000);
      await issuer.ask('OFTEN@example.com');
    }
    const before = await issuer.outbox();
    for (const refused of [
      await issuer.postForm(issuer.authorizePath(), { identifier: 'often@example.com' }),
      await issuer.postForm(codePath.replace('/code', '/resend'), {}),
    ]) {
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('296');
      expect(await refused.text()).toContain('5 minutes');
    }
    expect(await issuer.outbox()).toEqual(before);
    await issuer.ask('someone-else@example.com');
    issuer.clock.advance(296_000);
    await issuer.ask('often@example.com');
  });

  it('never sends more than five of twenty that are asked for at once', async () => {
    const asked = Array.from({ length: 20 }, () =>
      issuer.postForm(issuer.authorizePath(), { identifier: 'x@example.com' }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.every((status) => status === 303 || status === 429)).toBe(true);
    const sent = (await issuer.outbox()).filter(({ to }) => to === 'x@example.com');
    expect(sent.length).toBeLessThanOrEqual(5);
    expect(sent).toHaveLength(statuses.filter((status) => status === 303).length);
  });

  describe('with direct_login', () => {
    const direct = { direct_login: 'true', input: 'direct@example.com' };

    it('skips the form for a person who opens the page', async () => {
      const response = await issuer.fetch(issuer.authorizePath(direct));
      expect(response.status).toBe(303);
      expect((await issuer.outbox()).at(-1)).toMatchObject({ to: 'direct@example.com' });
    });

    it.each<[string, RequestInit]>([
      ['an image on another site', { headers: { 'sec-fetch-dest': 'image' } }],
      ['a browser that looks ahead', { headers: { 'sec-purpose': 'prefetch' } }],
      ['a request for the header only', { method: 'HEAD' }],
    ])('sends nothing for %s', async (_what, init) => {
      const before = await issuer.outbox();
      expect((await issuer.fetch(issuer.authorizePath(direct), init)).status).toBe(200);
      expect(await issuer.outbox()).toEqual(before);
    });

    it('shows the form where the input is no identifier', async () => {
      const page = await textOf(issuer.fetch(issuer.authorizePath({ ...direct, input: 'nobody' })));
      expect(page).toContain('value="nobody"');
      expect(page).toContain('role="alert"');
    });
  });

  it.each<[string, Record<string, string>, number]>([
    ['its own page', { 'sec-fetch-site': 'same-origin' }, 303],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another port of this host', { 'sec-fetch-site': 'same-site' }, 403],
    ['another origin, told by Origin alone', { origin: 'https://evil.example' }, 403],
    ['a sandbox', { origin: 'null' }, 403],
    ['its own origin, told by Origin alone', { origin: 'SELF' }, 303],
    ['a command line', {}, 303],
  ])('takes a form from %s, or not', async (_where, headers, status) => {
    const sent = headers['origin'] === 'SELF' ? { origin: issuer.url } : headers;
    const host = { host: new URL(issuer.url).host };
    const path = issuer.authorizePath();
    const response = await issuer.postForm(path, { identifier: 'form@example.com' }, { ...sent, ...host });
    expect(response.status).toBe(status);
  });

  it('takes forms as forms only', async () => {
    const response = await issuer.fetch(issuer.authorizePath(), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"identifier":"ann@example.com"}',
    });
    expect(response.status).toBe(415);
  });

  it.each([
    ['http://localhost:3000/', 'http://localhost:3000'],
    ['http://127.0.0.1:8395/cb', 'http://127.0.0.1:8395'],
    ['https://app.example.com/cb?a=1', 'https://app.example.com'],
    ['yourapp://', 'yourapp:'],
  ])('lets the form for %s end up at %s and nowhere else', async (redirectUrl, source) => {
    const response = await issuer.fetch(issuer.authorizePath({ redirect_url: redirectUrl }));
    expect(response.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' ${source}; ` +
        "base-uri 'none'; frame-ancestors 'none'",
    );
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
  });

  it.each(['/', '/assets/issuer.css', '/assets/issuer.svg', '/favicon.ico', '/health'])('serves %s', async (path) => {
    const response = await issuer.fetch(path);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect((await response.text()).length).toBeGreaterThan(10);
  });
});

describe('a sender of codes of one’s own', () => {
  class FailingSender extends CodeSender {
    readonly sent: CodeMessage[] = [];
    isDown = true;
    send(message: CodeMessage): Promise<void> {
      if (this.isDown) return Promise.reject(new Error('smtp password: hunter2'));
      this.sent.push(message);
      return Promise.resolve();
    }
  }

  it('tells the person where nothing was sent, and does not count it', async () => {
    const codeSender = new FailingSender();
    const issuer = await IssuerUnderTest.start({ outbox: false, codeSender });
    try {
      for (let failures = 1; failures <= 6; failures++) {
        const response = await issuer.postForm(issuer.authorizePath(), { identifier: 'ann@example.com' });
        expect(response.status).toBe(503);
        expect(await response.text()).not.toContain('hunter2');
      }
      codeSender.isDown = false;
      await issuer.ask();
      expect(codeSender.sent).toEqual([
        { to: 'ann@example.com', channel: 'EMAIL', code: expect.any(String), link: null, sentAt: expect.any(Date) },
      ]);
      await issuer.ask('ann@example.com', { auth_method: 'MAGIC_LINK' });
      const link = expect.stringContaining(`${issuer.url}/link?token=`) as string;
      expect(codeSender.sent[1]).toMatchObject({ to: 'ann@example.com', code: null, link });
      expect((await issuer.fetch('/outbox.json')).status).toBe(404);
      expect((await issuer.fetch('/outbox')).status).toBe(404);
    } finally {
      await issuer.close();
    }
  });
});
