import { TypeOrmModule } from '@nestjs/typeorm';
import { CotterModule, RefreshLedger } from 'nestjs-cotter';
import { CotterEntities, CotterRefreshToken, TypeOrmRefreshLedger } from 'nestjs-cotter/typeorm';
import { CotterTestIssuer, type TestTokens } from 'nestjs-cotter/testing';
import { DataSource } from 'typeorm';

import { StoreUnavailableError } from '../../src/errors/store.errors.js';
import { platforms, send, startApplication, type TestApplication } from './platforms.js';

describe.each(platforms)('the refresh token of a login, on %s', (platform) => {
  let issuer: CotterTestIssuer;
  let server: TestApplication;

  beforeAll(async () => {
    issuer = await CotterTestIssuer.start();
    server = await startApplication(platform, {
      imports: [
        TypeOrmModule.forRoot({ type: 'sqljs', synchronize: true, entities: CotterEntities }),
        CotterModule.forRoot({
          ...issuer.moduleOptions,
          refreshLedger: {
            useFactory: (dataSource: DataSource) => new TypeOrmRefreshLedger(dataSource),
            inject: [DataSource],
          },
        }),
      ],
    });
  });

  afterAll(async () => {
    await server.app.close();
    await issuer.close();
  });

  const login = (json: unknown) => send(`${server.url}/login`, { json });
  const refresh = (token: string) => send(`${server.url}/refresh`, { json: { refresh_token: token } });
  const rows = () => server.app.get(DataSource).getRepository(CotterRefreshToken);

  it('is bound to whom the login proves, by its hash alone', async () => {
    const payload = issuer.payload({ subject: 'ann', identifier: 'ann@example.com' });
    expect((await login(payload)).status).toBe(201);
    const [row, ...more] = await rows().findBy({ subject: 'ann' });
    expect(more).toEqual([]);
    expect(row).toMatchObject({ issuer: issuer.url, state: 'live' });
    expect(JSON.stringify(row)).not.toContain(payload.oauth_token.refresh_token);
    const renewed = await refresh(payload.oauth_token.refresh_token);
    expect(renewed.status).toBe(200);
    await expect(rows().countBy({ family: row?.family ?? '' })).resolves.toBe(2);
    // The page may post its payload again.
    expect((await login(payload)).status).toBe(200);
    expect((await refresh((renewed.body as TestTokens).refresh_token)).status).toBe(200);
  });

  it('cannot be taken over by the login of somebody else', async () => {
    const ann = issuer.payload({ subject: 'ann 2', identifier: 'ann2@example.com' });
    const eve = issuer.payload({ subject: 'eve', identifier: 'eve@example.com' });
    await login(ann);
    const { refresh_token: stolen } = ann.oauth_token;
    const answer = await login({ ...eve, oauth_token: { ...eve.oauth_token, refresh_token: stolen } });
    // Eve is who she is; the token stays Ann's.
    expect(answer.status).toBe(201);
    const renewed = await refresh(stolen);
    expect(renewed.status).toBe(200);
    await expect(rows().countBy({ subject: 'eve' })).resolves.toBe(0);
  });

  it('that was bound to the wrong person gives its tokens to nobody', async () => {
    const eve = issuer.payload({ subject: 'eve 2', identifier: 'eve2@example.com' });
    const { refresh_token: unseen } = issuer.tokens({ subject: 'ann 3' });
    await login({ ...eve, oauth_token: { ...eve.oauth_token, refresh_token: unseen } });
    const answer = await refresh(unseen);
    expect([answer.status, answer.body]).toEqual([502, expect.objectContaining({ code: 'issuer_failed' })]);
  });

  it.each([undefined, null, '', 5, {}, 'x'.repeat(5_000)])('need not be one: %j', async (token) => {
    const payload = issuer.payload({ subject: 'bob', identifier: 'bob@example.com' });
    const answer = await login({ ...payload, oauth_token: { ...payload.oauth_token, refresh_token: token } });
    expect([200, 201]).toContain(answer.status);
    await expect(rows().countBy({ subject: 'bob' })).resolves.toBe(0);
  });

  it('makes the login wait where the ledger is out of reach, and nobody is registered meanwhile', async () => {
    const payload = issuer.payload({ subject: 'cid', identifier: 'cid@example.com' });
    const ledger = server.app.get(RefreshLedger, { strict: false });
    jest.spyOn(ledger, 'bind').mockRejectedValueOnce(new StoreUnavailableError(5));
    const answer = await login(payload);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await login(payload)).status).toBe(201);
  });
});
