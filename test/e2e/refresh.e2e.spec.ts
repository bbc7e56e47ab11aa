import { CotterModule, RefreshLedger, RefreshService, RenewalService } from 'nestjs-cotter';
import { CotterTestIssuer, type TestTokens } from 'nestjs-cotter/testing';

import { platforms, send, startApplication, type Answer, type TestApplication } from './platforms.js';

describe.each(platforms)('POST /refresh on %s', (platform) => {
  let issuer: CotterTestIssuer;
  let server: TestApplication;

  let aheadMs = 0;
  const reuses: unknown[] = [];

  beforeAll(async () => {
    issuer = await CotterTestIssuer.start({ clock: () => Date.now() + aheadMs });
    const events = { onRefreshTokenReused: (reuse: unknown) => reuses.push(reuse) };
    server = await startApplication(platform, {
      imports: [CotterModule.forRoot({ ...issuer.moduleOptions, apiTimeoutMs: 1_000, users: false, events })],
    });
  });

  afterAll(async () => {
    await server.app.close();
    await issuer.close();
  });

  const refresh = (json: unknown): Promise<Answer> => send(`${server.url}/refresh`, { json });

  it('renews tokens, and the old refresh token is spent', async () => {
    const { refresh_token: old } = issuer.tokens({ subject: 'ann' });
    const renewed = await refresh({ grant_type: 'refresh_token', refresh_token: old });
    expect(renewed.status).toBe(200);
    expect(renewed.headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(renewed.body as object).sort()).toEqual([
      'access_token',
      'auth_method',
      'expires_in',
      'id_token',
      'refresh_token',
      'token_type',
    ]);
    const tokens = renewed.body as TestTokens;
    expect(tokens.refresh_token.split(':')[0]).toBe(old.split(':')[0]);
    expect(tokens.refresh_token).not.toBe(old);
    // To those who raced with it, and to nobody later.
    expect((await refresh({ refresh_token: old })).body).toEqual(tokens);
    expect((await refresh({ refresh_token: tokens.refresh_token })).status).toBe(200);
    aheadMs += 11_000;
    const again = await refresh({ refresh_token: old });
    expect([again.status, again.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="cotter"']);
    expect(again.body).toMatchObject({ code: 'invalid_grant' });
    expect(reuses).toEqual([{ owner: { issuer: issuer.url, subject: 'ann' } }]);
    const next = await refresh({ refresh_token: tokens.refresh_token });
    expect([next.status, next.body]).toEqual([401, expect.objectContaining({ code: 'invalid_grant' })]);
  });

  it('gives nobody the tokens of somebody else', async () => {
    const { refresh_token: token } = issuer.tokens({ subject: 'ann' });
    const renewals = server.app.get(RenewalService, { strict: false });
    await renewals.bind(token, { issuer: issuer.url, subject: 'eve' });
    const answer = await refresh({ refresh_token: token });
    expect([answer.status, answer.body]).toEqual([502, expect.objectContaining({ code: 'issuer_failed' })]);
  });

  it('says when to ask again, where another process renews the token', async () => {
    const { refresh_token: token } = issuer.tokens();
    const ledger = server.app.get(RefreshLedger, { strict: false });
    const running = { outcome: 'running', claimId: 'x', leaseMs: 60_000 } as const;
    const claims = jest.spyOn(ledger, 'claim').mockResolvedValue(running);
    const answer = await refresh({ refresh_token: token });
    claims.mockRestore();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(answer.body).toMatchObject({ code: 'renewal_pending' });
  });

  it('asks the issuer once for any number of calls with one token', async () => {
    const { refresh_token: token } = issuer.tokens();
    await refresh({ refresh_token: issuer.tokens().refresh_token });
    const before = issuer.requests;
    const release = issuer.hold();
    const service = server.app.get(RefreshService, { strict: false });
    const renew = service.refresh.bind(service);
    let arrived = 0;
    const allArrived = new Promise<void>((resolve) => {
      jest.spyOn(service, 'refresh').mockImplementation((refreshToken) => {
        if (++arrived === 50) resolve();
        return renew(refreshToken);
      });
    });
    const calls = Promise.all(Array.from({ length: 50 }, () => refresh({ refresh_token: token })));
    await allArrived;
    release();
    const answers = await calls;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => (body as TestTokens).refresh_token)).size).toBe(1);
    expect(issuer.requests - before).toBe(1);
  });

  it.each([
    ['nothing in it', {}],
    ['an empty token', { refresh_token: '' }],
    ['a number for a token', { refresh_token: 5 }],
    ['another grant', { refresh_token: '1:x', grant_type: 'password' }],
    ['a list', []],
  ])('refuses a body with %s, without asking the issuer', async (_case, body) => {
    const before = issuer.requests;
    const answer = await refresh(body);
    expect([answer.status, answer.body]).toEqual([400, expect.objectContaining({ code: 'invalid_body' })]);
    expect(issuer.requests).toBe(before);
  });

  it('takes JSON only', async () => {
    const answer = await send(`${server.url}/refresh`, {
      method: 'POST',
      body: 'refresh_token=1:x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([answer.status, answer.body]).toEqual([415, expect.objectContaining({ code: 'unsupported_media_type' })]);
  });

  it('does not burn a token while the issuer is down', async () => {
    const { refresh_token: token } = issuer.tokens();
    issuer.goDown();
    const failed = await refresh({ refresh_token: token });
    expect([failed.status, failed.body]).toEqual([502, expect.objectContaining({ code: 'issuer_failed' })]);
    issuer.comeBack();
    expect((await refresh({ refresh_token: token })).status).toBe(200);
  });
});
