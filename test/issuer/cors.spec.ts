import { API_KEY_ID, IssuerUnderTest, ORIGIN, OTHER_KEY_ID } from './issuer-under-test.js';

const IDENTITY = '/api/v0/verify/get_identity?oauth_token=true';
const TOKEN = `/api/v0/token/${API_KEY_ID}`;

describe.each(['express', 'fastify'] as const)('CORS on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());

  const preflight = (path: string, origin: string): Promise<Response> =>
    issuer.fetch(path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'api_key_id,content-type',
      },
    });
  const corsOf = ({ headers }: Response): Record<string, string> =>
    Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

  it.each([IDENTITY, TOKEN, '/api/v0/token'])('lets a registered origin ask for %s', async (path) => {
    const response = await preflight(path, ORIGIN);
    expect(response.status).toBe(204);
    expect(response.headers.get('vary')).toBe('Origin');
    expect(corsOf(response)).toEqual({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'API_KEY_ID, Content-Type',
      'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
      'access-control-max-age': '600',
    });
  });

  it.each([
    'https://evil.example',
    'http://localhost:3001',
    'https://localhost:3000',
    'http://localhost:3000.evil.example',
    'HTTP://LOCALHOST:3000',
    'http://localhost:3000/',
    'null',
    '*',
  ])('says nothing to %s', async (origin) => {
    for (const path of [IDENTITY, TOKEN]) {
      const asked = await preflight(path, origin);
      expect(asked.status).toBe(204);
      expect(corsOf(asked)).toEqual({});
      const sent = await issuer.postJson(path, {}, { origin });
      expect(corsOf(sent)).toEqual({});
      expect(sent.headers.get('vary')).toBe('Origin');
    }
  });

  it('lets a page read answers to the application that registered it, errors too', async () => {
    for (const body of ['{}', '{', JSON.stringify({ x: 'y'.repeat(70_000) })]) {
      const own = await issuer.postJson(IDENTITY, body, { origin: ORIGIN });
      expect([400, 413]).toContain(own.status);
      expect(corsOf(own)).toEqual({
        'access-control-allow-origin': ORIGIN,
        'access-control-allow-credentials': 'true',
      });
    }
    const foreign = await issuer.postJson(IDENTITY, {}, { origin: ORIGIN, api_key_id: OTHER_KEY_ID });
    expect(corsOf(foreign)).toEqual({});
    expect(corsOf(await preflight(`/api/v0/token/${OTHER_KEY_ID}`, ORIGIN))).toEqual({});
  });

  it('lets anybody read the key set, without credentials', async () => {
    const response = await issuer.fetch('/api/v0/token/jwks', { headers: { origin: 'https://anyone.example' } });
    expect(corsOf(response)).toEqual({ 'access-control-allow-origin': '*' });
  });

  it.each(['/app', '/outbox.json', '/health', '/'])('has none at %s', async (path) => {
    const response = await issuer.fetch(path, { headers: { origin: ORIGIN } });
    expect(corsOf(response)).toEqual({});
  });
});
