import { randomUUID } from 'node:crypto';

import { IssuerDatabase } from '../../src/issuer/issuer-database.js';
import { PublicWrite } from '../../src/issuer/limits/public-write.entity.js';
import { Sweeper } from '../../src/issuer/sweeper.js';
import { API_KEY_ID, API_SECRET_KEY, IssuerUnderTest, ORIGIN } from './issuer-under-test.js';
import { TestDevice } from './test-device.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe.each(['express', 'fastify'] as const)('what the public key alone may write on %s', (platform) => {
  let issuer: IssuerUnderTest;
  let count = 0;

  beforeAll(async () => {
    const client = { apiKeyId: API_KEY_ID, apiSecretKey: API_SECRET_KEY, allowedRedirects: ['http://localhost:3000/'] };
    issuer = await IssuerUnderTest.start({
      platform,
      clients: [{ ...client, allowedOrigins: [ORIGIN], publicEnrolment: true }],
    });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(HOUR_MS));

  const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
  const create = (headers: Record<string, string>, identifier = `limit-${String(count++)}@example.com`) =>
    issuer.postJson('/api/v0/user/create', { identifier }, headers);

  async function statusesOf(times: number, send: () => Promise<Response>): Promise<number[]> {
    const statuses = [];
    for (let index = 0; index < times; index++) statuses.push((await send()).status);
    return statuses;
  }
  const done = (times: number): number[] => Array<number>(times).fill(200);

  it('is ten people from one address in five minutes', async () => {
    expect(await statusesOf(10, () => create(from('203.0.113.7')))).toEqual(done(10));
    issuer.clock.advance(2 * MINUTE_MS);
    const refused = await create(from('203.0.113.7'), 'refused@example.com');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('180');
    expect(await refused.json()).toEqual({ msg: 'Too many requests: try again later', code: 'too_many_requests' });
    expect((await create(from('203.0.113.8'))).status).toBe(200);
    issuer.clock.advance(3 * MINUTE_MS);
    // Whoever was refused has not been registered, and waits no longer for having asked.
    expect((await create(from('203.0.113.7'), 'refused@example.com')).status).toBe(200);
  });

  it('is ten questions who is registered, whatever the answers', async () => {
    await create({}, 'known@example.com');
    const ask = (): Promise<Response> => create(from('203.0.113.7'), 'known@example.com');
    expect(await statusesOf(11, ask)).toEqual([...Array<number>(10).fill(400), 429]);
  });

  it('is not limited for the server of the application, nor at this machine', async () => {
    const secret = { ...from('203.0.113.7'), api_secret_key: API_SECRET_KEY };
    expect(await statusesOf(12, () => create(secret))).toEqual(done(12));
    expect(await statusesOf(12, () => create({}))).toEqual(done(12));
  });

  it('is ten first devices and ten questions to devices, whether there is such a person or not', async () => {
    const device = new TestDevice(issuer, randomUUID());
    const enrolled = await statusesOf(11, () => device.enrol(from('203.0.113.7')));
    expect(enrolled).toEqual([...Array<number>(10).fill(401), 429]);
    const asked = await statusesOf(11, () => device.ask(from('203.0.113.7')));
    expect(asked).toEqual([...Array<number>(10).fill(404), 429]);
  });

  it('holds when many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(from('203.0.113.7'))));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(10);
    expect(answers.filter(({ status }) => ![200, 429].includes(status))).toEqual([]);
  });

  it('is forgotten after a day', async () => {
    const rows = issuer.running.app.get(IssuerDatabase).rowsOf(PublicWrite);
    await create(from('203.0.113.7'));
    issuer.clock.advance(24 * HOUR_MS);
    await issuer.running.app.get(Sweeper).sweep();
    expect(await rows.count()).toBeGreaterThan(0);
    issuer.clock.advance(1);
    await issuer.running.app.get(Sweeper).sweep();
    expect(await rows.count()).toBe(0);
  });
});

describe('the option trustedProxies', () => {
  it.each([
    ['a proxy that it names', ['127.0.0.1', '::1'], 200],
    // What the one on this machine says is not believed then: all its clients share what one of them may do.
    ['a proxy that it does not name', ['192.0.2.0/24'], 429],
  ])('tells the limits whose word to take: %s', async (_whose, trustedProxies, expected) => {
    const issuer = await IssuerUnderTest.start({ trustedProxies });
    let last = 0;
    for (let index = 0; index < 11; index++) {
      const body = { identifier: `person-${String(index)}@example.com` };
      const headers = { 'x-forwarded-for': `203.0.113.${String(index)}` };
      last = (await issuer.postJson('/api/v0/user/create', body, headers)).status;
    }
    expect(last).toBe(expected);
    await issuer.close();
  });
});
