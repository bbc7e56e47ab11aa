import nacl from 'tweetnacl';

import { codeChallengeOf } from '../../src/tokens/pkce.js';
import { API_KEY_ID, IssuerUnderTest, ORIGIN, type Identity, type Tokens } from './issuer-under-test.js';
import type { WireEvent } from './test-device.js';

const METHOD = 'TRUSTED_DEVICE';
const NO_USER = '00000000-0000-0000-0000-000000000000';

// The calls of api.dart (sheet, section 2, no. 2, 3, 9, 10 and 13 to 15) as they go over the wire: header fields, members, spellings.
describe('the calls of the Flutter SDK', () => {
  let issuer: IssuerUnderTest;
  let nowSeconds: number;

  beforeAll(async () => {
    const client = { apiKeyId: API_KEY_ID, allowedOrigins: [ORIGIN], allowedRedirects: ['myexample://auth_callback'] };
    issuer = await IssuerUnderTest.start({ clients: [{ ...client, publicUserLookup: true, publicEnrolment: true }] });
  });
  afterAll(() => issuer.close());
  beforeEach(() => {
    issuer.clock.advance(10 * 60_000);
    nowSeconds = Math.round(issuer.clock.nowMs / 1000);
  });

  /** Sends what the SDK sends; it takes 200 for an answer, and throws the `msg` of anything else. */
  async function call<Answer = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await issuer.fetch(`/api/v0${path}`, {
      method,
      headers: { API_KEY_ID, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.status !== 200) throw new Error((answer as { msg: string }).msg);
    return answer as Answer;
  }

  const keysOf = (): { publicKey: string; sign: (message: string) => string } => {
    const { publicKey, secretKey } = nacl.sign.keyPair();
    const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
    return {
      publicKey: base64(publicKey),
      sign: (message) => base64(nacl.sign.detached(new Uint8Array(Buffer.from(message)), secretKey)),
    };
  };

  const enrolment = (publicKey: string, changes: Record<string, unknown> = {}): Record<string, unknown> => ({
    method: METHOD,
    enrolled: true,
    code: publicKey,
    device_type: 'MOBILE',
    device_name: 'Pixel 4 10',
    algorithm: 'ED25519',
    change_code: false,
    current_code: null,
    ...changes,
  });

  /** The members of an event, each a second later than the one before. */
  const eventOf = (userId: string): Record<'event' | 'timestamp', string> & Record<string, unknown> => ({
    issuer: API_KEY_ID,
    event: 'LOGIN',
    ip: '198.51.100.6',
    location: 'San Francisco',
    timestamp: String(nowSeconds++),
    method: METHOD,
    user_id: userId,
  });

  async function signUpWithDevice(identifier: string): Promise<{ ID: string; keys: ReturnType<typeof keysOf> }> {
    const { ID } = await call<{ ID: string }>('POST', '/user/create', { identifier });
    const keys = keysOf();
    const path = `/user/methods?cotter_user_id=${ID}&oauth_token=true`;
    const user = await call<{ oauth_token: Tokens; enrolled: string[] }>('PUT', path, enrolment(keys.publicKey));
    expect(user.enrolled).toEqual([METHOD]);
    expect(user.oauth_token).toMatchObject({ token_type: 'Bearer', auth_method: METHOD });
    return { ID, keys };
  }

  it('sign up once, and find out who is there', async () => {
    await signUpWithDevice('ann@example.com');
    await expect(call('POST', '/user/create', { identifier: 'ann@example.com' })).rejects.toThrow(
      'User already exists',
    );
    const found = await call('GET', `/user?identifier=${encodeURIComponent('ann@example.com')}`);
    expect(found).toMatchObject({ identifier: 'ann@example.com', enrolled: [METHOD] });
    expect(await call('GET', '/user?identifier=nobody%40example.com')).toMatchObject({ ID: NO_USER });
  });

  it('ask whether this device is trusted, by either id, with the key in base64 once more', async () => {
    const { ID, keys } = await signUpWithDevice('trusted@example.com');
    const keyInUrl = (publicKey: string): string => Buffer.from(publicKey).toString('base64');
    for (const [publicKey, enrolled] of [
      [keys.publicKey, true],
      [keysOf().publicKey, false],
    ] as const) {
      const query = `/user/methods?cotter_user_id=${ID}&method=${METHOD}&public_key=${keyInUrl(publicKey)}`;
      expect(await call('GET', query)).toEqual({ method: METHOD, enrolled });
      const path = `/user/enrolled/${ID}/${METHOD}/${keyInUrl(publicKey)}`;
      expect(await call('GET', path)).toEqual({ method: METHOD, enrolled });
    }
    expect(await call('GET', `/user/methods?cotter_user_id=${ID}&method=${METHOD}`)).toMatchObject({ enrolled: true });
  });

  it('sign in on a trusted device', async () => {
    const { ID, keys } = await signUpWithDevice('sign-in@example.com');
    const event = eventOf(ID);
    const code = keys.sign(`${ID}${API_KEY_ID}LOGIN${event.timestamp}${METHOD}true`);
    const signed = { ...event, code, approved: true, public_key: keys.publicKey, algorithm: 'ED25519' };
    const answer = await call<WireEvent>('POST', '/event/create?oauth_token=true', signed);
    expect(answer).toMatchObject({ user_id: ID, approved: true, new: false });
    expect(answer.oauth_token).toMatchObject({ auth_method: METHOD, refresh_token: expect.any(String) });
  });

  it('ask a trusted device, which shows what waits, signs what it was shown, and answers', async () => {
    const { ID, keys } = await signUpWithDevice('ask@example.com');
    const asked = await call<WireEvent>('POST', '/event/create_pending', eventOf(ID));
    expect(asked.approved).toBe(false);
    const shown = await call<WireEvent & { user_id: string }>('GET', `/event/new?cotter_user_id=${ID}`);
    expect(shown.user_id).toBe(ID);
    const code = keys.sign(`${shown.user_id}${API_KEY_ID}${shown.event}${shown.timestamp}${METHOD}true`);
    const answer = await call('POST', `/event/respond/${String(shown.ID)}`, {
      ...eventOf(ID),
      timestamp: shown.timestamp,
      code,
      approved: true,
      public_key: keys.publicKey,
      algorithm: 'ED25519',
    });
    expect(answer).toMatchObject({ approved: true });
    const polled = await call<WireEvent>('GET', `/event/get/${String(asked.ID)}?oauth_token=true`);
    expect(polled).toMatchObject({ approved: true, oauth_token: { auth_method: METHOD } });
    expect(await call('GET', `/event/new?cotter_user_id=${ID}`)).toBeNull();
  });

  it('remove a device', async () => {
    const { ID, keys } = await signUpWithDevice('remove@example.com');
    const path = `/user/methods?cotter_user_id=${ID}&oauth_token=true`;
    const user = await call('PUT', path, enrolment(keys.publicKey, { enrolled: false, algorithm: null }));
    expect(user).toMatchObject({ enrolled: [], default_method: null });
    expect(user).not.toHaveProperty('oauth_token');
  });

  it('sign in by a code with a verifier in padded base64, and refresh on the older path and the newer', async () => {
    const codeVerifier = Buffer.alloc(32, 0xfb).toString('base64');
    expect(codeVerifier).toMatch(/=$/);
    const redirectUrl = 'myexample://auth_callback';
    const codePath = await issuer.ask('code@example.com', {
      redirect_url: redirectUrl,
      code_challenge: codeChallengeOf(codeVerifier),
      auth_method: 'OTP',
    });
    const landed = await issuer.postForm(codePath, { code: await issuer.lastCode() });
    const query = new URL(landed.headers.get('location') ?? '').searchParams;
    const identity = await call<Identity & { oauth_token: Tokens }>('POST', '/verify/get_identity?oauth_token=true', {
      code_verifier: codeVerifier,
      authorization_code: query.get('code'),
      challenge_id: Number(query.get('challenge_id')),
      redirect_url: redirectUrl,
    });
    let { refresh_token: refreshToken } = identity.oauth_token;
    for (const path of ['/token', `/token/${API_KEY_ID}`]) {
      const body = { grant_type: 'refresh_token', refresh_token: refreshToken };
      const tokens = await call<Tokens>('POST', path, body);
      expect(tokens.refresh_token).not.toBe(refreshToken);
      refreshToken = tokens.refresh_token;
    }
  });
});
