import { decodeJwt } from 'jose';
import nacl from 'tweetnacl';

import { API_KEY_ID, API_SECRET_KEY, IssuerUnderTest, OTHER_KEY_ID, type Tokens } from './issuer-under-test.js';
import { TestDevice, type WireEvent } from './test-device.js';

type User = Record<string, unknown> & { ID: string; enrolled: string[]; oauth_token?: Tokens };

// The wire: sheet section 2 (endpoints 13 to 15), section 4.6 (event object) and section 7 (trusted device). The messages that devices
// sign are those of react-native-cotter's and the Flutter SDK's request modules.
describe.each(['express', 'fastify'] as const)('trusted devices on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  let count = 0;
  /** Somebody who has signed in by a code, and a device that they have enrolled. */
  async function enrolled(): Promise<{ id: string; device: TestDevice; accessToken: string }> {
    const { user, oauth_token } = await issuer.signIn(`device-${String(count++)}@example.com`);
    const device = new TestDevice(issuer, String(user['ID']));
    const response = await device.enrol({ Authorization: `Bearer ${oauth_token.access_token}` });
    expect(response.status).toBe(200);
    return { id: device.userId, device, accessToken: oauth_token.access_token };
  }
  const eventOf = async (response: Response): Promise<WireEvent> => {
    expect(response.status).toBe(200);
    return (await response.json()) as WireEvent;
  };

  it('enrols a key with the person’s access token, and says so wherever the person is described', async () => {
    const { id, device } = await enrolled();
    const shown = (await (await issuer.asServer('GET', `/api/v0/user/${id}`)).json()) as User;
    expect(shown).toMatchObject({ enrolled: ['TRUSTED_DEVICE'], default_method: 'TRUSTED_DEVICE' });
    const [listed] = (await (await issuer.asServer('GET', '/api/v0/user/list')).json()) as User[];
    expect(listed?.enrolled).toEqual(['TRUSTED_DEVICE']);
    expect(await (await device.isEnrolled()).json()).toEqual({ method: 'TRUSTED_DEVICE', enrolled: true });
    expect(await (await device.isEnrolledInQuery()).json()).toEqual({ method: 'TRUSTED_DEVICE', enrolled: true });
    const stranger = new TestDevice(issuer, id);
    expect(await (await stranger.isEnrolled()).json()).toEqual({ method: 'TRUSTED_DEVICE', enrolled: false });
  });

  it('enrols with the secret key, and removes again', async () => {
    const { user } = await issuer.signIn('server-enrols@example.com');
    const device = new TestDevice(issuer, String(user['ID']));
    const answer = (await (await device.enrol({ API_SECRET_KEY })).json()) as User;
    expect(decodeJwt(answer.oauth_token?.access_token ?? '')).toMatchObject({
      sub: device.userId,
      authentication_method: 'TRUSTED_DEVICE',
    });
    const removed = await device.enrol({ API_SECRET_KEY }, { enrolled: false });
    expect(await removed.json()).toMatchObject({ enrolled: [], default_method: null });
    expect((await device.approve()).status).toBe(400);
  });

  it('refuses to enrol without proof, or with somebody else’s', async () => {
    const { id, device, accessToken } = await enrolled();
    const other = await enrolled();
    const intruder = new TestDevice(issuer, id);
    for (const headers of [
      {},
      { Authorization: `Bearer ${other.accessToken}` },
      { Authorization: `Bearer ${accessToken}x` },
      { Authorization: accessToken },
    ]) {
      for (const change of [{}, { enrolled: false, code: device.publicKey }]) {
        const response = await intruder.enrol(headers, change);
        expect([response.status, await response.json()]).toEqual([
          401,
          expect.objectContaining({ code: 'enrolment_refused' }),
        ]);
      }
    }
    expect((await intruder.enrol({ API_SECRET_KEY: 'wrong' })).status).toBe(401);
    expect((await intruder.approve()).status).toBe(400);
  });

  it('signs in with a signature, for which there are tokens and a signed event', async () => {
    const { id, device } = await enrolled();
    const event = await eventOf(await device.approve());
    expect(event).toMatchObject({
      DeletedAt: null,
      client_user_id: id,
      user_id: id,
      issuer: API_KEY_ID,
      event: 'LOGIN',
      method: 'TRUSTED_DEVICE',
      new: false,
      approved: true,
      ip: '198.51.100.6',
      location: 'San Francisco',
    });
    expect(decodeJwt(event.oauth_token?.access_token ?? '')).toMatchObject({
      sub: id,
      authentication_method: 'TRUSTED_DEVICE',
    });
    const { public_key } = (await (await issuer.fetch('/api/v0/verify/public_key')).json()) as { public_key: string };
    const message = `${id}${API_KEY_ID}LOGIN${event.timestamp}TRUSTED_DEVICEfalsetrue`;
    expect(
      nacl.sign.detached.verify(
        new Uint8Array(Buffer.from(message)),
        new Uint8Array(Buffer.from(event.signature, 'base64')),
        new Uint8Array(Buffer.from(public_key, 'base64')),
      ),
    ).toBe(true);
  });

  it('takes each signature once, however many bring it at the same time', async () => {
    const { device } = await enrolled();
    const request = device.signed();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => issuer.postJson('/api/v0/event/create?oauth_token=true', request)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(400)]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['another event', { event: 'TRANSACTION' }],
    ['another time', { timestamp: '1000000000' }],
    ['a refusal', { approved: false }],
    ['another application', { issuer: OTHER_KEY_ID }],
    ['no signature', { code: '' }],
    ['another key', { public_key: Buffer.alloc(32, 1).toString('base64') }],
    ['a key that is none', { public_key: 'x' }],
    ['another method', { method: 'PIN' }],
    [
      'a key to enrol that was not signed',
      { register_new_device: true, new_device_public_key: Buffer.alloc(32, 2).toString('base64') },
    ],
  ])('refuses a signature that is sent with %s', async (_what, changes) => {
    const { device } = await enrolled();
    const response = await issuer.postJson('/api/v0/event/create?oauth_token=true', { ...device.signed(), ...changes });
    expect(response.status).toBe(400);
  });

  it('refuses a signature that is five minutes old', async () => {
    const { device } = await enrolled();
    const request = device.signed();
    issuer.clock.advance(5 * 60_000 + 1);
    expect((await issuer.postJson('/api/v0/event/create', request)).status).toBe(400);
  });

  it('enrols another device that an enrolled one has signed the key of', async () => {
    const { id, device } = await enrolled();
    const second = new TestDevice(issuer, id);
    const response = await issuer.postJson('/api/v0/event/create', device.signedFor(second));
    expect((await eventOf(response)).approved).toBe(true);
    expect((await eventOf(await second.approve())).approved).toBe(true);
  });

  describe('an event that waits', () => {
    it('is approved by an enrolled device, and gives the asking one its tokens, once', async () => {
      const { id, device } = await enrolled();
      const asking = new TestDevice(issuer, id);
      const asked = await eventOf(await asking.ask());
      expect(asked).toMatchObject({ new: true, approved: false });
      expect(asked.oauth_token).toBeUndefined();
      expect(await eventOf(await asking.poll(asked.ID))).toMatchObject({ new: true, approved: false });
      const shown = await eventOf(await device.findNew());
      expect(shown.timestamp).toBe(asked.timestamp);
      // Whoever knows the person's id can see this number: it must not be the one that tokens are fetched by.
      expect(shown.ID).not.toBe(asked.ID);
      expect((await asking.poll(shown.ID)).status).toBe(404);
      expect(await eventOf(await device.respond(shown, true))).toMatchObject({ new: false, approved: true });
      const answers = await Promise.all(Array.from({ length: 10 }, async () => eventOf(await asking.poll(asked.ID))));
      expect(answers.every(({ approved }) => approved)).toBe(true);
      expect(answers.filter((answer) => answer.oauth_token !== undefined)).toHaveLength(1);
      expect(await (await device.findNew()).json()).toBeNull();
    });

    it('is refused for good', async () => {
      const { id, device } = await enrolled();
      const asking = new TestDevice(issuer, id);
      const asked = await eventOf(await asking.ask());
      const shown = await eventOf(await device.findNewInQuery());
      expect(await eventOf(await device.respond(shown, false))).toMatchObject({ new: false, approved: false });
      expect((await device.respond(shown, true)).status).toBe(400);
      const polled = await eventOf(await asking.poll(asked.ID));
      expect(polled).toMatchObject({ new: false, approved: false });
      expect(polled.oauth_token).toBeUndefined();
    });

    it('cannot be answered by the device that asks, by somebody else’s, or after three minutes', async () => {
      const { id, device } = await enrolled();
      const { device: foreign } = await enrolled();
      const asking = new TestDevice(issuer, id);
      await asking.ask();
      const shown = await eventOf(await device.findNew());
      expect((await asking.respond(shown, true)).status).toBe(400);
      expect((await foreign.respond(shown, true)).status).toBe(400);
      issuer.clock.advance(3 * 60_000);
      expect((await device.respond(shown, true)).status).toBe(400);
      expect(await (await device.findNew()).json()).toBeNull();
    });

    it('takes a signature of its own, even where another event began in the same second', async () => {
      const { id, device } = await enrolled();
      await new TestDevice(issuer, id).ask();
      const first = await eventOf(await device.findNew());
      await eventOf(await device.respond(first, true));
      await new TestDevice(issuer, id).ask();
      const second = await eventOf(await device.findNew());
      expect(second.timestamp).toBe(first.timestamp);
      expect((await device.respond(second, true)).status).toBe(400);
      expect((await eventOf(await device.respond(second, false))).approved).toBe(false);
    });

    it('is one of five within five minutes', async () => {
      const { id } = await enrolled();
      const asking = new TestDevice(issuer, id);
      for (let times = 0; times < 5; times++) expect((await asking.ask()).status).toBe(200);
      const refused = await asking.ask();
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('300');
    });
  });

  describe('the signed event', () => {
    const exchange = (event: unknown): Promise<Response> =>
      issuer.asServer('POST', '/api/v0/token', { grant_type: 'event_token', event_token: event });

    it('is exchanged for tokens with the secret key, once (sheet, section 13)', async () => {
      const { id, device } = await enrolled();
      const event = await eventOf(await device.approve());
      const answers = await Promise.all(Array.from({ length: 5 }, () => exchange(event)));
      const [good, ...others] = answers.filter(({ status }) => status === 200);
      expect(others).toEqual([]);
      const tokens = (await good?.json()) as Tokens;
      expect(tokens.auth_method).toBe('TRUSTED_DEVICE');
      expect(decodeJwt(tokens.access_token).sub).toBe(id);
    });

    it('is refused where it waits, is changed, old, or comes without the secret key', async () => {
      const { id, device } = await enrolled();
      const waiting = await eventOf(await new TestDevice(issuer, id).ask());
      expect((await exchange(waiting)).status).toBe(400);
      expect((await exchange({ ...waiting, new: false, approved: true })).status).toBe(400);
      const event = await eventOf(await device.approve());
      for (const changes of [
        { client_user_id: 'x' },
        { signature: '' },
        { ID: event.ID + 1 },
        { ID: String(event.ID) },
      ]) {
        expect((await exchange({ ...event, ...changes })).status).toBe(400);
      }
      const body = { grant_type: 'event_token', event_token: event };
      expect((await issuer.postJson('/api/v0/token', body)).status).toBe(401);
      issuer.clock.advance(3 * 60_000);
      expect((await exchange(event)).status).toBe(400);
    });
  });

  it('says clearly what is not offered', async () => {
    const { device } = await enrolled();
    for (const method of ['PIN', 'BIOMETRIC']) {
      const response = await device.enrol({ API_SECRET_KEY }, { method, code: '1234' });
      expect(response.status).toBe(501);
    }
    for (const [method, path] of [
      ['GET', '/api/v0/oauth/credential/login/GITHUB?api_key_id=a&state=b'],
      ['GET', '/api/v0/oauth/credential/connect/GOOGLE'],
      ['POST', '/api/v0/oauth/token/connect'],
      ['GET', '/api/v0/oauth/token/list/some-id'],
      ['DELETE', '/api/v0/oauth/token/GITHUB/some-id'],
      ['POST', '/api/v0/user/reset/request/some-id'],
      ['POST', '/api/v0/user/reset/verify'],
    ] as const) {
      const response = await issuer.fetch(path, { method });
      expect([response.status, await response.json()]).toEqual([501, expect.objectContaining({ code: 'not_offered' })]);
    }
  });
});

describe('the option publicEnrolment', () => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    const client = { apiKeyId: API_KEY_ID, allowedOrigins: [], allowedRedirects: ['http://localhost:3000/'] };
    issuer = await IssuerUnderTest.start({ clients: [{ ...client, publicEnrolment: true }] });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  async function register(identifier: string): Promise<TestDevice> {
    const response = await issuer.postJson('/api/v0/user/create', { identifier });
    return new TestDevice(issuer, ((await response.json()) as User).ID);
  }

  it('lets the older SDKs enrol one device, and one of ten that race', async () => {
    const { userId } = await register('first@example.com');
    const devices = Array.from({ length: 10 }, () => new TestDevice(issuer, userId));
    const answers = await Promise.all(devices.map((device) => device.enrol({})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(401)]);
  });

  it('names no identifier in the tokens of whom nobody has seen prove it', async () => {
    const device = await register('unproved@example.com');
    const answer = (await (await device.enrol({})).json()) as User;
    expect(decodeJwt(answer.oauth_token?.access_token ?? '')).not.toHaveProperty('identifier');
    expect(decodeJwt(answer.oauth_token?.id_token ?? '')).not.toHaveProperty('identifier');
  });

  it('puts out whoever claimed an identifier, once its owner signs in', async () => {
    const squatter = await register('victim@example.com');
    const { oauth_token: stolen } = (await (await squatter.enrol({})).json()) as User;
    const pending = (await (await squatter.ask()).json()) as WireEvent;
    const owner = await issuer.signIn('victim@example.com');
    expect(owner.user).toMatchObject({ ID: squatter.userId, enrolled: [] });
    expect((await squatter.approve()).status).toBe(400);
    expect((await squatter.respond({ ...pending, ID: 1 }, true)).status).toBe(400);
    expect((await issuer.refresh(stolen?.refresh_token ?? '')).status).toBe(400);
    const again = new TestDevice(issuer, squatter.userId);
    expect((await again.enrol({ Authorization: `Bearer ${stolen?.access_token ?? ''}` })).status).toBe(401);
    expect((await issuer.refresh(owner.oauth_token.refresh_token)).status).toBe(200);
  });
});
