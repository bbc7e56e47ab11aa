import { RefreshCookie } from '../../src/issuer/tokens/refresh-cookie.js';
import { API_KEY_ID, IssuerUnderTest, messageOf, ORIGIN, OTHER_KEY_ID, type Tokens } from './issuer-under-test.js';
import { TestDevice } from './test-device.js';

const NAME = `cotter-refresh-${API_KEY_ID}`;
const PATH = `/api/v0/token/${API_KEY_ID}`;
/** What Cotter's browser SDK sends with every call, and its browser with that. */
const FROM_PAGE = { origin: ORIGIN, api_key_id: API_KEY_ID, 'content-type': 'application/json' };

describe.each(['express', 'fastify'] as const)('the refresh cookie on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  /** Signs in on a page of the application; gives the token that both the body and the cookie hold. */
  async function signInOnPage(): Promise<string> {
    const response = await issuer.exchange(await issuer.authorize(), {}, { origin: ORIGIN });
    const { oauth_token: tokens } = (await response.json()) as { oauth_token: Tokens };
    expect(keptBy(response)).toBe(tokens.refresh_token);
    return tokens.refresh_token;
  }

  /** What a browser keeps of an answer; `null` where the answer has no cookie. */
  function keptBy(response: Response): string | null {
    const [cookie, ...others] = response.headers.getSetCookie();
    expect(others).toEqual([]);
    return cookie === undefined ? null : (/^([^=]+)=([^;]*)/.exec(cookie)?.[2] ?? null);
  }

  const refreshOnPage = (token: string, headers: Record<string, string> = {}, body = {}): Promise<Response> =>
    issuer.fetch(PATH, {
      method: 'POST',
      headers: { ...FROM_PAGE, cookie: `${NAME}=${token}`, ...headers },
      body: JSON.stringify({ grant_type: 'refresh_token', ...body }),
    });

  const signOutOnPage = (token: string, init: RequestInit = {}): Promise<Response> =>
    issuer.fetch(PATH, { method: 'DELETE', headers: { ...FROM_PAGE, cookie: `${NAME}=${token}` }, ...init });

  it('comes with the tokens, out of the reach of scripts, for as long as the refresh token is good', async () => {
    const response = await issuer.exchange(await issuer.authorize(), {}, { origin: ORIGIN });
    const { oauth_token: tokens } = (await response.json()) as { oauth_token: Tokens };
    expect(response.headers.getSetCookie()).toEqual([
      `${NAME}=${tokens.refresh_token}; Max-Age=2592000; Path=/api/v0; HttpOnly; SameSite=Lax`,
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('access-control-allow-credentials')).toBe('true');
    expect(response.headers.get('access-control-expose-headers')).toBeNull();
  });

  it('does not come without tokens', async () => {
    const grant = await issuer.authorize();
    const response = await issuer.postJson('/api/v0/verify/get_identity', {
      code_verifier: grant.codeVerifier,
      authorization_code: grant.code,
      challenge_id: grant.challengeId,
      redirect_url: grant.redirectUrl,
    });
    expect(response.status).toBe(200);
    expect(keptBy(response)).toBeNull();
  });

  it('is enough to refresh by, as often as need be', async () => {
    let kept = await signInOnPage();
    for (let times = 0; times < 3; times++) {
      const response = await refreshOnPage(kept);
      expect(response.status).toBe(200);
      const { refresh_token: next } = (await response.json()) as Tokens;
      expect(next).not.toBe(kept);
      expect(keptBy(response)).toBe(next);
      kept = next;
    }
  });

  it('gives way to the token of the body', async () => {
    const [inCookie, inBody] = [await signInOnPage(), await signInOnPage()];
    const response = await refreshOnPage(inCookie, {}, { refresh_token: inBody });
    expect(response.status).toBe(200);
    const { refresh_token: next } = (await response.json()) as Tokens;
    expect(next.split(':')[0]).toBe(inBody.split(':')[0]);
    expect(keptBy(response)).toBe(next);
    expect((await refreshOnPage(inCookie)).status).toBe(200);
    const refused = await refreshOnPage(next, {}, { refresh_token: '1:wrong' });
    expect(refused.status).toBe(400);
    expect(await messageOf(refused)).toContain('not valid');
  });

  it('stays where a refresh is refused: another tab may have renewed it meanwhile', async () => {
    const response = await refreshOnPage('1:wrong');
    expect(response.status).toBe(400);
    expect(keptBy(response)).toBeNull();
  });

  it.each<[string, Record<string, string>]>([
    ['from an origin that is not registered', { origin: 'https://evil.example' }],
    ['from an origin of another application', { origin: 'https://other.example' }],
    ['from a page without an origin', { origin: 'null' }],
  ])('does not count %s', async (_where, headers) => {
    const kept = await signInOnPage();
    const refused = await refreshOnPage(kept, headers);
    expect(refused.status).toBe(400);
    expect(keptBy(refused)).toBeNull();
    const signedOut = await issuer.fetch(PATH, {
      method: 'DELETE',
      headers: { ...FROM_PAGE, cookie: `${NAME}=${kept}`, ...headers },
    });
    expect(signedOut.status).toBe(200);
    expect((await refreshOnPage(kept)).status).toBe(200);
  });

  it('does not count without the header that no form and no image can send', async () => {
    const kept = await signInOnPage();
    const response = await issuer.fetch(PATH, {
      method: 'POST',
      headers: { origin: ORIGIN, 'content-type': 'application/json', cookie: `${NAME}=${kept}` },
      body: '{"grant_type":"refresh_token"}',
    });
    expect(response.status).toBe(400);
    expect((await refreshOnPage(kept)).status).toBe(200);
  });

  it('does not count twice, nor under the name of another application', async () => {
    const kept = await signInOnPage();
    for (const cookie of [`${NAME}=${kept}; ${NAME}=${kept}`, `cotter-refresh-${OTHER_KEY_ID}=${kept}`]) {
      expect((await refreshOnPage(kept, { cookie })).status).toBe(400);
    }
    expect((await refreshOnPage(kept)).status).toBe(200);
  });

  it('is not set for a page that the application has not registered', async () => {
    const response = await issuer.exchange(await issuer.authorize(), {}, { origin: 'https://evil.example' });
    expect(response.status).toBe(200);
    expect(keptBy(response)).toBeNull();
  });

  it('is taken away by a sign-out without a body, and so is the session', async () => {
    const kept = await signInOnPage();
    for (let times = 0; times < 2; times++) {
      const response = await signOutOnPage(kept);
      expect(response.status).toBe(200);
      expect(response.headers.getSetCookie()).toEqual([
        `${NAME}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/api/v0; HttpOnly; SameSite=Lax`,
      ]);
      expect(await response.json()).toEqual({ success: true });
    }
    expect((await refreshOnPage(kept)).status).toBe(400);
  });

  it('ends beside the session of the body', async () => {
    const [inCookie, inBody] = [await signInOnPage(), await signInOnPage()];
    await signOutOnPage(inCookie, { body: JSON.stringify({ refresh_token: inBody }) });
    for (const token of [inCookie, inBody]) expect((await issuer.refresh(token)).status).toBe(400);
  });

  it('comes with every other answer that carries a refresh token', async () => {
    const { user, oauth_token: tokens } = await issuer.signIn('device@example.com');
    const device = new TestDevice(issuer, String(user['ID']));
    const answers = [
      await device.enrol({ Authorization: `Bearer ${tokens.access_token}` }),
      await device.approve(),
      await issuer.asServer('POST', '/api/v0/user/create?oauth_token=true', { identifier: `${platform}@example.com` }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(200);
      const { oauth_token: given } = (await answer.clone().json()) as { oauth_token: Tokens };
      expect(keptBy(answer)).toBe(given.refresh_token);
    }
    issuer.clock.advance(1000);
    const asked = (await (await device.ask()).json()) as { ID: number };
    const shown = await (await device.findNew()).json();
    await device.respond(shown as never, true);
    const polled = await device.poll(asked.ID);
    const { oauth_token: given } = (await polled.clone().json()) as { oauth_token: Tokens };
    expect(keptBy(polled)).toBe(given.refresh_token);
    expect(keptBy(await device.poll(asked.ID))).toBeNull();
  });
});

describe('the refresh cookie over https', () => {
  it.each([
    ['https://login.example', '/api/v0'],
    ['https://example.com/login', '/login/api/v0'],
  ])('of %s crosses sites, in a jar for each', async (publicUrl, path) => {
    const issuer = await IssuerUnderTest.start({ publicUrl });
    const cookie = issuer.running.app.get(RefreshCookie);
    const reach = `Path=${path}; HttpOnly; SameSite=None; Secure; Partitioned`;
    expect(cookie.header('1:a', API_KEY_ID)).toBe(`${NAME}=1:a; Max-Age=2592000; ${reach}`);
    // A browser takes away the cookie with these attributes, and no other.
    expect(cookie.clear(API_KEY_ID)).toBe(`${NAME}=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; ${reach}`);
    await issuer.close();
  });
});
