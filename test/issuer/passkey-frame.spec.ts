import { API_KEY_ID, IssuerUnderTest, ORIGIN } from './issuer-under-test.js';

describe.each(['express', 'fastify'] as const)('the frame for passkeys on %s', (platform) => {
  let issuer: IssuerUnderTest;

  beforeAll(async () => {
    issuer = await IssuerUnderTest.start({ platform });
  });
  afterAll(() => issuer.close());

  const show = (changes: Record<string, string> = {}): Promise<Response> => {
    const query = {
      type: 'LOGIN',
      domain: ORIGIN,
      api_key: API_KEY_ID,
      state: 's',
      id: 'abc',
      identifier: 'a@b.example',
    };
    return issuer.fetch(`/webauthn?${new URLSearchParams({ ...query, ...changes }).toString()}`);
  };

  it.each(['LOGIN', 'REGISTRATION'])('is for the registered origin alone: %s', async (type) => {
    const response = await show({ type });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain(`frame-ancestors ${ORIGIN}`);
    expect(response.headers.get('x-frame-options')).toBeNull();
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const page = await response.text();
    expect(page).toContain(`data-purpose="${type}"`);
    expect(page).toContain('src="assets/webauthn/browser/passkey.js"');
    expect(page).not.toContain('a@b.example');
  });

  it.each<Record<string, string>>([
    { domain: 'https://evil.example' },
    { domain: '' },
    { api_key: 'unknown' },
    { type: 'EMAIL' },
    { id: '' },
  ])('is refused, and cannot be embedded, with %j', async (changes) => {
    const response = await show(changes);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it('comes with its scripts, and with what the SDK puts into the page', async () => {
    for (const [path, type] of [
      ['/assets/webauthn/browser/passkey.js', 'text/javascript'],
      ['/assets/webauthn/browser/passkey-config.js', 'text/javascript'],
      ['/assets/webauthn/browser/method-name.js', 'text/javascript'],
      ['/lib/modal.css', 'text/css'],
      ['/assets/images/cotter_transparent_light.png', 'image/svg+xml'],
    ] as const) {
      const response = await issuer.fetch(path);
      expect([path, response.status, response.headers.get('content-type')?.split(';', 1)[0]]).toEqual([
        path,
        200,
        type,
      ]);
    }
    expect((await issuer.fetch('/assets/webauthn/browser/none.js')).status).toBe(404);
    expect((await issuer.fetch('/webauthn', { method: 'POST' })).status).toBe(405);
  });
});
