import { decodeJwt } from 'jose';

import {
  API_KEY_ID,
  API_SECRET_KEY,
  IssuerUnderTest,
  messageOf,
  OTHER_KEY_ID,
  type Tokens,
} from './issuer-under-test.js';

type User = Record<string, unknown> & { ID: string; identifier: string; oauth_token?: Tokens };
const NOBODY = '00000000-0000-0000-0000-000000000000';

async function userOf(answer: Promise<Response>): Promise<User> {
  const response = await answer;
  expect(response.status).toBe(200);
  return (await response.json()) as User;
}

// The wire: sheet section 2 (endpoints 9 to 12), section 3.3 (errors) and section 8 (user object and user API).
describe.each(['express', 'fastify'] as const)('the users API on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());
  beforeEach(() => issuer.clock.advance(10 * 60_000));

  const create = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    issuer.postJson('/api/v0/user/create', body, headers);
  const lookUp = (identifier: string): Promise<Response> =>
    issuer.asServer('GET', `/api/v0/user?identifier=${encodeURIComponent(identifier)}`);

  it('creates a person with the public key, in the documented form', async () => {
    const now = new Date(issuer.clock.nowMs).toISOString();
    const user = await userOf(create({ identifier: 'New@Example.com' }));
    expect(user).toEqual({
      ID: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      created_at: now,
      updated_at: now,
      deleted_at: null,
      issuer: API_KEY_ID,
      client_user_id: user.ID,
      enrolled: [],
      default_method: null,
      identifier: 'new@example.com',
      identifiers: null,
    });
  });

  it('says in the words that the Flutter SDK waits for that somebody exists', async () => {
    await userOf(create({ identifier: 'twice@example.com' }));
    const again = await create({ identifier: 'TWICE@example.com' });
    expect(again.status).toBe(400);
    expect(await messageOf(again)).toBe('User already exists');
  });

  it('makes one person of twenty who are created at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create({ identifier: 'storm@example.com' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(400)]);
  });

  it('takes the older body, and gives an older SDK the person again only where it may look people up', async () => {
    const user = await userOf(create({ client_user_id: '1223', identifiers: ['older@example.com'] }));
    expect(user).toMatchObject({ client_user_id: '1223', identifier: 'older@example.com' });
    expect(user.ID).not.toBe('1223');
    expect((await create({ client_user_id: '1223', identifiers: [] })).status).toBe(400);
    const again = await userOf(issuer.asServer('POST', '/api/v0/user/create', { client_user_id: '1223' }));
    expect(again.ID).toBe(user.ID);
    expect(await userOf(create({ client_user_id: '1224', identifiers: [] }))).toMatchObject({ identifier: '1224' });
  });

  it('looks a person up by identifier with the secret key, in any spelling', async () => {
    const { ID } = await userOf(create({ identifier: '+12025550123' }));
    expect((await userOf(lookUp('+1 202 555 0123'))).ID).toBe(ID);
    expect((await userOf(lookUp('nobody@example.com'))).ID).toBe(NOBODY);
  });

  it('fetches a person by id, whichever of both, and only those of the application', async () => {
    const { ID } = await userOf(create({ client_user_id: 'own-id', identifiers: ['by-id@example.com'] }));
    expect((await userOf(issuer.asServer('GET', `/api/v0/user/${ID}`))).identifier).toBe('by-id@example.com');
    expect((await userOf(issuer.asServer('GET', '/api/v0/user/own-id'))).ID).toBe(ID);
    const { ID: foreign } = await userOf(create({ identifier: 'foreign@example.com' }, { api_key_id: OTHER_KEY_ID }));
    for (const id of [foreign, 'unknown']) {
      const response = await issuer.asServer('GET', `/api/v0/user/${id}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ msg: 'User not found', code: 'user_not_found' });
    }
  });

  it('lists fifty a page, newest first, from page 0', async () => {
    const made: string[] = [];
    for (let count = 0; count < 51; count++) {
      issuer.clock.advance(1);
      made.unshift((await userOf(create({ identifier: `listed-${String(count)}@example.com` }))).ID);
    }
    const list = async (query: string): Promise<User[]> =>
      (await (await issuer.asServer('GET', `/api/v0/user/list${query}`)).json()) as User[];
    expect((await list('?page=0')).map(({ ID }) => ID)).toEqual(made.slice(0, 50));
    expect((await list('')).map(({ ID }) => ID)).toEqual(made.slice(0, 50));
    expect((await list('?page=1'))[0]?.ID).toBe(made[50]);
    expect(await list('?page=10000')).toEqual([]);
    for (const page of ['-1', '10001', '1e3', '99999999999', 'x', '']) {
      expect((await issuer.asServer('GET', `/api/v0/user/list?page=${page}`)).status).toBe(400);
    }
  });

  it.each([
    ['GET', '/api/v0/user?identifier=ann%40example.com'],
    ['GET', '/api/v0/user/list?page=0'],
    ['GET', '/api/v0/user/some-id'],
    ['POST', '/api/v0/user/create?oauth_token=true'],
  ])('wants the secret key for %s %s', async (method, path) => {
    const ask = async (headers: Record<string, string>): Promise<unknown> => {
      const body = method === 'POST' ? { body: '{"identifier":"server@example.com"}' } : {};
      const response = await issuer.fetch(path, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...body,
      });
      return { status: response.status, ...((await response.json()) as object) };
    };
    expect(await ask({ API_KEY_ID })).toMatchObject({ status: 401, code: 'secret_key_missing' });
    for (const wrong of ['x', `${API_SECRET_KEY}x`, `${API_SECRET_KEY}, ${API_SECRET_KEY}`]) {
      expect(await ask({ API_KEY_ID, API_SECRET_KEY: wrong })).toMatchObject({ status: 401, code: 'secret_key_wrong' });
    }
    expect(await ask({ API_KEY_ID: OTHER_KEY_ID, API_SECRET_KEY })).toEqual({
      status: 403,
      code: 'secret_key_unset',
      msg: 'This application has no API_SECRET_KEY here, so it may not do this',
    });
    expect(await ask({ API_SECRET_KEY })).toMatchObject({ status: 400, msg: 'The header API_KEY_ID is missing' });
  });

  it.each([
    {},
    { identifier: '' },
    { identifier: 7 },
    { identifier: 'x'.repeat(321) },
    { client_user_id: '', identifiers: [] },
    { client_user_id: 'a b' },
    { client_user_id: 'x'.repeat(129) },
    { client_user_id: 'a', identifiers: 'a' },
    { client_user_id: 'a', identifiers: ['a', 'b'] },
    { client_user_id: 'a', identifiers: [null] },
  ])('refuses to create %j', async (body) => {
    expect((await create(body)).status).toBe(400);
  });

  it('gives the application’s server tokens, which say how they came to be', async () => {
    const user = await userOf(
      issuer.asServer('POST', '/api/v0/user/create?oauth_token=true', { identifier: 'vouched@example.com' }),
    );
    expect(decodeJwt(user.oauth_token?.access_token ?? '')).toMatchObject({
      sub: user.ID,
      identifier: 'vouched@example.com',
      authentication_method: 'API_SECRET_KEY',
    });
    expect((await issuer.refresh(user.oauth_token?.refresh_token ?? '')).status).toBe(200);
  });

  it('keeps the account of whom the application vouched for when they sign in', async () => {
    const user = await userOf(issuer.asServer('POST', '/api/v0/user/create', { identifier: 'import@example.com' }));
    expect((await issuer.signIn('import@example.com')).user['ID']).toBe(user.ID);
  });

  it('lets no page of a browser send the secret key', async () => {
    const response = await issuer.fetch('/api/v0/user/list', {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:3000', 'access-control-request-method': 'GET' },
    });
    expect(response.headers.get('access-control-allow-headers')).toBe('API_KEY_ID, Content-Type');
  });
});

describe('the option publicUserLookup', () => {
  it('opens the lookup to the public key, as older clients need it, and to no wrong secret key', async () => {
    const client = { apiKeyId: API_KEY_ID, allowedOrigins: [], allowedRedirects: [], publicUserLookup: true };
    const issuer = await IssuerUnderTest.start({ clients: [client] });
    const headers = { API_KEY_ID };
    const { ID } = await userOf(
      issuer.postJson('/api/v0/user/create', { client_user_id: '7', identifiers: ['a@b.com'] }),
    );
    expect((await userOf(issuer.fetch('/api/v0/user?identifier=a%40b.com', { headers }))).ID).toBe(ID);
    expect((await userOf(issuer.postJson('/api/v0/user/create', { client_user_id: '7', identifiers: [] }))).ID).toBe(
      ID,
    );
    const wrong = await issuer.fetch('/api/v0/user?identifier=a%40b.com', { headers: { ...headers, API_SECRET_KEY } });
    expect(wrong.status).toBe(403);
    expect((await issuer.fetch('/api/v0/user/list', { headers })).status).toBe(403);
    await issuer.close();
  });
});
