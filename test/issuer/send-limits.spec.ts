import { IssuerUnderTest } from './issuer-under-test.js';

const MINUTE_MS = 60_000;

// Cotter's limits are in the sheet, section 11: "10 per IP, 5 per identifier, 5 per session id".
describe.each(['express', 'fastify'] as const)('the limits of codes on %s', (platform) => {
  let issuer: IssuerUnderTest;
  let count = 0;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform, maxCodesPerDay: 20 });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(25 * 60 * MINUTE_MS));

  const ask = (headers: Record<string, string>, identifier = `limit-${String(count++)}@example.com`) =>
    issuer.postForm(issuer.authorizePath(), { identifier }, headers);
  async function statusesOf(times: number, send: () => Promise<Response>): Promise<number[]> {
    const statuses = [];
    for (let index = 0; index < times; index++) statuses.push((await send()).status);
    return statuses;
  }
  const sent = (times: number): number[] => Array<number>(times).fill(303);

  it('are ten for one address in five minutes, whoever the codes are for', async () => {
    const from = (address: string): Promise<Response> => ask({ 'x-forwarded-for': `198.51.100.1, ${address}` });
    expect(await statusesOf(11, () => from('203.0.113.7'))).toEqual([...sent(10), 429]);
    expect((await from('203.0.113.8')).status).toBe(303);
    issuer.clock.advance(5 * MINUTE_MS);
    expect((await from('203.0.113.7')).status).toBe(303);
  });

  it('count the /64 of an IPv6 address, which one subscriber has', async () => {
    let host = 1;
    const from = (prefix: string): Promise<Response> => ask({ 'x-forwarded-for': `${prefix}${(host++).toString(16)}` });
    expect(await statusesOf(11, () => from('2001:db8:0:1::'))).toEqual([...sent(10), 429]);
    expect((await from('2001:DB8::1:0:0:0:')).status).toBe(429);
    expect((await from('2001:db8:0:2::')).status).toBe(303);
  });

  it('are five for one browser in five minutes, which is told by a cookie', async () => {
    let address = 1;
    const first = await ask({ 'x-forwarded-for': '203.0.113.100' });
    const [cookie = ''] = first.headers.getSetCookie();
    expect(cookie).toMatch(/^cotter_browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=86400$/);
    const browser = { cookie: `a=b; ${cookie.split(';', 1)[0] ?? ''}` };
    const send = (): Promise<Response> => ask({ ...browser, 'x-forwarded-for': `192.0.2.${String(address++)}` });
    expect(await statusesOf(5, send)).toEqual([...sent(4), 429]);
    expect((await ask({ 'x-forwarded-for': '192.0.2.200', cookie: 'cotter_browser=short' })).status).toBe(303);
  });

  it('are twenty for one identifier in a day, and a person is told how long it takes', async () => {
    const daily = (): Promise<Response> => ask({}, 'daily@example.com');
    for (let hour = 0; hour < 10; hour++) {
      expect(await statusesOf(2, daily)).toEqual(sent(2));
      issuer.clock.advance(60 * MINUTE_MS);
    }
    const refused = await daily();
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain('14 hours');
    issuer.clock.advance(14 * 60 * MINUTE_MS);
    expect((await daily()).status).toBe(303);
  });

  it('leave whoever sits at this machine to the limit of the identifier', async () => {
    expect(await statusesOf(15, () => ask({}))).toEqual(sent(15));
  });

  it('say the same of an identifier that has an account and of one that has none', async () => {
    await issuer.signIn('known@example.com');
    issuer.clock.advance(10 * MINUTE_MS);
    const answers = [];
    for (const identifier of ['known@example.com', 'unknown@example.com']) {
      for (let times = 0; times < 6; times++) {
        const response = await ask({}, identifier);
        const headers = [...response.headers.keys()].sort();
        answers.push([response.status, headers, (await response.text()).replaceAll(identifier, '')]);
      }
    }
    expect(answers.slice(6)).toEqual(answers.slice(0, 6));
  });
});
