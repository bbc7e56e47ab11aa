import axios from 'axios';
import Constants from 'react-native-cotter/src/Constants';
import Requests from 'react-native-cotter/src/Requests';
import nacl from 'tweetnacl';

import { API_KEY_ID, IssuerUnderTest, ORIGIN, type Tokens } from './issuer-under-test.js';

// What the phone tells of itself; all else is the package as published.
jest.mock('react-native-device-info', () => ({
  getManufacturer: () => Promise.resolve('Apple'),
  getDeviceId: () => 'iPhone13,2',
  getReadableVersion: () => '1.0.1.234',
}));

const METHOD = 'TRUSTED_DEVICE';
const ALGORITHM = 'ED25519';
/** Where the package asks for the phone's address: a service of somebody else, so it is not asked here. */
const GEOIP = 'http://geoip-db.com/json/';

/** A pair of keys as the package makes and uses it. */
class PhoneKeys {
  readonly #keys = nacl.sign.keyPair();

  get publicKey(): string {
    return Buffer.from(this.#keys.publicKey).toString('base64');
  }

  sign(message: string): string {
    return Buffer.from(nacl.sign.detached(new Uint8Array(Buffer.from(message)), this.#keys.secretKey)).toString(
      'base64',
    );
  }
}

describe('the request module of react-native-cotter', () => {
  let issuer: IssuerUnderTest;
  let nowSeconds: number;

  beforeAll(async () => {
    jest.spyOn(console, 'log').mockReturnValue(undefined);
    axios.default.interceptors.request.use((config) => {
      const location = { IPv4: '198.51.100.6', city: 'San Francisco' };
      const answer = { data: location, status: 200, statusText: 'OK', headers: {}, config };
      return config.url === GEOIP ? { ...config, adapter: () => Promise.resolve(answer) } : config;
    });
    const client = { apiKeyId: API_KEY_ID, allowedOrigins: [ORIGIN], allowedRedirects: ['http://localhost:3000/'] };
    issuer = await IssuerUnderTest.start({ clients: [{ ...client, publicUserLookup: true, publicEnrolment: true }] });
    Constants.BaseURL = `${issuer.url}/api/v0`;
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await issuer.close();
  });
  beforeEach(() => {
    issuer.clock.advance(10 * 60_000);
    nowSeconds = Math.round(issuer.clock.nowMs / 1000);
  });

  /** Seconds as the package sends them; each call is a second later. */
  const timestamp = (): string => String(nowSeconds++);

  async function enrolled(id: string): Promise<{ requests: Requests; keys: PhoneKeys }> {
    const requests = new Requests(API_KEY_ID, id);
    const keys = new PhoneKeys();
    await requests.registerUserToCotter();
    await requests.updateMethod(METHOD, keys.publicKey, true, false, null, ALGORITHM);
    return { requests, keys };
  }

  it('registers people by the application’s own id, and again before each enrolment', async () => {
    const requests = new Requests(API_KEY_ID, 'user-1');
    const user = await requests.registerUserToCotter(['ann@example.com']);
    expect(user).toMatchObject({ client_user_id: 'user-1', identifier: 'ann@example.com', issuer: API_KEY_ID });
    expect(await requests.registerUserToCotter(['ann@example.com'])).toEqual(user);
  });

  it('registers people by identifier, and looks them up', async () => {
    const requests = new Requests(API_KEY_ID);
    const user = await requests.registerUserToCotter([], '+12025550123');
    expect(await requests.getUserByIdentifier('+12025550123')).toEqual(user);
    await expect(requests.registerUserToCotter([], '+12025550123')).rejects.toEqual({ msg: 'User already exists' });
    expect(await requests.getUserByIdentifier('nobody@example.com')).toMatchObject({
      ID: '00000000-0000-0000-0000-000000000000',
    });
  });

  it('enrols a device, asks whether it is enrolled, and removes it', async () => {
    const requests = new Requests(API_KEY_ID, 'user-2');
    const { publicKey } = new PhoneKeys();
    await requests.registerUserToCotter();
    const user = await requests.updateMethod(METHOD, publicKey, true, false, null, ALGORITHM);
    expect(user).toMatchObject({ enrolled: [METHOD], default_method: METHOD, client_user_id: 'user-2' });
    const { refresh_token: token } = user['oauth_token'] as Tokens;
    expect(await requests.checkEnrolledMethod(METHOD, publicKey)).toEqual({ method: METHOD, enrolled: true });
    expect(await requests.checkEnrolledMethod(METHOD, new PhoneKeys().publicKey)).toMatchObject({ enrolled: false });
    expect(await requests.getTokensFromRefreshToken(token)).toMatchObject({ auth_method: METHOD });
    await requests.deleteMethod(METHOD, publicKey);
    expect(await requests.checkEnrolledMethod(METHOD, publicKey)).toEqual({ method: METHOD, enrolled: false });
  });

  it('enrols by Cotter’s id of a person who has no other', async () => {
    const requests = new Requests(API_KEY_ID);
    const { ID } = await requests.registerUserToCotter([], 'bob@example.com');
    const { publicKey } = new PhoneKeys();
    const user = await requests.updateMethod(METHOD, publicKey, true, false, null, ALGORITHM, true, String(ID));
    expect(user).toMatchObject({ ID, enrolled: [METHOD] });
  });

  it('signs in with an enrolled device', async () => {
    const { requests, keys } = await enrolled('user-3');
    const at = timestamp();
    const signature = keys.sign(requests.constructApprovedEventMsg('LOGIN', at, METHOD));
    const body = await requests.constructApprovedEventJSON('LOGIN', at, METHOD, signature, keys.publicKey, ALGORITHM);
    const event = await requests.createApprovedEventRequest(body, true);
    expect(event).toMatchObject({ client_user_id: 'user-3', event: 'LOGIN', ip: '198.51.100.6', approved: true });
    expect(event['oauth_token']).toMatchObject({ token_type: 'Bearer', auth_method: METHOD });
  });

  it.each([
    ['approves', true],
    ['refuses', false],
  ])('asks an enrolled device, which %s what waits', async (verb, approved) => {
    const { requests, keys } = await enrolled(`user-who-${verb}`);
    const asked = await requests.createPendingEventRequest(
      await requests.constructEventJSON('LOGIN', timestamp(), METHOD),
    );
    expect(asked).toMatchObject({ new: true, approved: false });
    const shown = (await requests.getNewEvent()) ?? {};
    const { event, timestamp: at } = shown as Record<'event' | 'timestamp', string>;
    const signature = keys.sign(requests.constructRespondEventMsg(event, at, METHOD, approved));
    const body = requests.constructRespondEventJSON(shown, METHOD, signature, keys.publicKey, ALGORITHM, approved);
    expect(await requests.createRespondEventRequest(Number(shown['ID']), body)).toMatchObject({ new: false, approved });
    const polled = await requests.getEvent(Number(asked['ID']), true);
    expect(polled).toMatchObject({ new: false, approved });
    expect('oauth_token' in polled).toBe(approved);
    expect(await requests.getNewEvent()).toBeNull();
  });

  it('enrols another device at the word of the first', async () => {
    const { requests, keys } = await enrolled('user-5');
    const { publicKey } = new PhoneKeys();
    const [event, at] = ['ENROLL_NEW_TRUSTED_DEVICE', timestamp()];
    const signature = keys.sign(`${requests.constructApprovedEventMsg(event, at, METHOD)}${publicKey}`);
    const body = await requests.constructRegisterNewDeviceJSON(
      event,
      at,
      METHOD,
      signature,
      keys.publicKey,
      ALGORITHM,
      publicKey,
      ALGORITHM,
    );
    await requests.createApprovedEventRequest(body);
    expect(await requests.checkEnrolledMethod(METHOD, publicKey)).toEqual({ method: METHOD, enrolled: true });
  });

  it('is told what is not offered, and what takes proof', async () => {
    const { requests, keys } = await enrolled('user-6');
    await expect(requests.updateMethod('PIN', '123456', true, false, null, null)).rejects.toMatchObject({
      code: 'not_offered',
    });
    // A second device by the public key alone would be anybody's.
    const second = requests.updateMethod(METHOD, new PhoneKeys().publicKey, true, false, null, ALGORITHM);
    await expect(second).rejects.toMatchObject({ code: 'enrolment_refused', msg: expect.any(String) });
    const forged = new PhoneKeys();
    const at = timestamp();
    const signature = forged.sign(requests.constructApprovedEventMsg('LOGIN', at, METHOD));
    const body = await requests.constructApprovedEventJSON('LOGIN', at, METHOD, signature, keys.publicKey, ALGORITHM);
    await expect(requests.createApprovedEventRequest(body, true)).rejects.toMatchObject({ msg: expect.any(String) });
  });
});

describe('the request module of react-native-cotter, without the options for older clients', () => {
  it('is told that looking people up and enrolling take proof', async () => {
    jest.spyOn(console, 'log').mockReturnValue(undefined);
    const issuer = await IssuerUnderTest.start();
    Constants.BaseURL = `${issuer.url}/api/v0`;
    const requests = new Requests(API_KEY_ID, 'user-7');
    await requests.registerUserToCotter(['ann@example.com']);
    await expect(requests.getUserByIdentifier('ann@example.com')).rejects.toMatchObject({ code: 'secret_key_missing' });
    const enrolment = requests.updateMethod(METHOD, new PhoneKeys().publicKey, true, false, null, ALGORITHM);
    await expect(enrolment).rejects.toMatchObject({ code: 'enrolment_refused' });
    await issuer.close();
  });
});
