import { loadConfig, type HttpPlatform } from '../../src/app/app.config.js';
import { startApp, type RunningApp } from '../../src/app/start-app.js';
import { findFreePorts } from './free-ports.js';
import { FrontEnd } from './front-end.js';
import { Visitor } from './visitor.js';

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1';

const body = async (response: Response) => JSON.parse(await response.text());

describe.each<HttpPlatform>(['express', 'fastify'])('sessions of the app on %s', (platform) => {
  let running: RunningApp;
  let frontEnd: FrontEnd;

  beforeAll(async () => {
    const config = loadConfig({ ...(await findFreePorts()), HTTP_PLATFORM: platform });
    running = await startApp(config);
    frontEnd = new FrontEnd(config);
  });

  afterAll(() => running.close());

  const signedIn = async (identifier: string, userAgent?: string): Promise<Visitor> => {
    const visitor = new Visitor(frontEnd, userAgent);
    await visitor.signIn(identifier);
    return visitor;
  };

  it('begin with a sign-in by redirect, which leads back to where it began', async () => {
    const ann = new Visitor(frontEnd);
    expect(await body(await ann.call('GET', '/me/known'))).toEqual({ known: false });

    const back = await ann.signIn('ann@example.com', '/#signed-in');
    expect(back.status).toBe(303);
    expect(new URL(back.headers.get('location') ?? '', frontEnd.app).href).toBe(`${frontEnd.app}/#signed-in`);
    expect(back.headers.getSetCookie().find((field) => field.startsWith('cotter-session='))).toMatch(
      /; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(ann.cookieNames).toEqual(['cotter-session']);

    expect(await body(await ann.call('GET', '/me/known'))).toEqual({ known: true });
    const me = await ann.call('GET', '/me');
    expect(me.headers.get('cache-control')).toBe('no-store');
    expect(await body(me)).toMatchObject({
      principal: { identifier: 'ann@example.com', sessionHandle: expect.stringMatching(/^[\w-]{43}$/) },
      user: { identifier: 'ann@example.com' },
    });
  });

  it('begin by text message, too', async () => {
    const max = await signedIn('+14155552671');
    expect(await body(await max.call('GET', '/me'))).toMatchObject({ user: { identifierType: 'PHONE' } });
  });

  it('are listed to their person, who ends one of another browser', async () => {
    const here = await signedIn('bob@example.com');
    const there = await signedIn('bob@example.com', IPHONE);
    const { sessions } = await body(await here.call('GET', '/sessions'));
    expect(sessions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ device: 'Firefox on Linux', authenticationMethod: 'OTP', current: true }),
        expect.objectContaining({ device: 'Safari on iOS', authenticationMethod: 'OTP', current: false }),
      ]),
    );
    const other = (sessions as { handle: string; current: boolean }[]).find(({ current }) => !current);
    expect((await here.call('DELETE', `/sessions/${other?.handle ?? ''}`)).status).toBe(204);

    expect(await body(await there.call('GET', '/me'))).toMatchObject({ status: 401, code: 'session_ended' });
    expect(await body(await there.call('GET', '/me/known'))).toEqual({ known: false });
    expect((await body(await here.call('GET', '/sessions'))).sessions).toHaveLength(1);
  });

  it('renew an access token that was let expire behind the next request', async () => {
    const zoe = await signedIn('zoe@example.com');
    const before = (await body(await zoe.call('GET', '/me'))).principal;
    expect((await zoe.call('POST', '/demo/expire-access-token')).status).toBe(204);

    const tabs = await Promise.all(Array.from({ length: 5 }, () => zoe.call('GET', '/me')));
    expect(tabs.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const seen = await Promise.all(tabs.map(body));
    expect(new Set(seen.map(({ principal }) => principal.tokenId)).size).toBe(1);
    expect(seen[0].principal.tokenId).not.toBe(before.tokenId);
    expect(seen[0].principal).toMatchObject({
      sessionHandle: before.sessionHandle,
      authenticatedAt: before.authenticatedAt,
    });
  });

  it('let nobody without one expire anything', async () => {
    const { oauth_token: tokens } = await frontEnd.signIn('joe@example.com');
    const bearer = { Authorization: `Bearer ${tokens.access_token}` };
    const url = `${frontEnd.app}/demo/expire-access-token`;
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);
    expect((await fetch(url, { method: 'POST', headers: bearer })).status).toBe(403);
  });

  it('end at a sign-out, here or everywhere', async () => {
    const one = await signedIn('eve@example.com');
    const two = await signedIn('eve@example.com');
    const three = await signedIn('eve@example.com');
    const statuses = () => Promise.all([one, two, three].map(async (each) => (await each.call('GET', '/me')).status));

    expect((await one.call('POST', '/logout')).status).toBe(204);
    expect(one.cookieNames).toEqual([]);
    expect(await statuses()).toEqual([401, 200, 200]);
    expect((await two.call('POST', '/logout?all=true')).status).toBe(204);
    expect(await statuses()).toEqual([401, 401, 401]);
  });

  it.each<[string, string, Record<string, string>]>([
    ['another site', '/logout', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ['another port of this host', '/logout?all=true', { 'Sec-Fetch-Site': 'same-site', Origin: 'http://localhost:1' }],
    ['a form', '/demo/expire-access-token', { 'Content-Type': 'text/plain' }],
  ])('take nothing that changes something from %s', async (_who, path, headers) => {
    const kim = await signedIn('kim@example.com');
    const { principal } = await body(await kim.call('GET', '/me'));
    const refused = await body(await kim.call('POST', path, headers));
    // Fastify reads no body that is not JSON, and says so first.
    expect(refused.code).toMatch(/^(cross_site_request|unsupported_media_type)$/);
    expect((await body(await kim.call('GET', '/me'))).principal).toEqual(principal);
  });
});
