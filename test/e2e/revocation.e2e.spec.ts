import { Controller, Get, UseGuards } from '@nestjs/common';
import {
  CotterAuthGuard,
  CotterModule,
  CurrentUser,
  MemoryRevocationStore,
  RevocationService,
  RevocationStore,
  UsersService,
  type CotterAccount,
  type CotterForRootOptions,
  type CotterPrincipal,
  type RevocationFeed,
  type RevocationListener,
} from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';
import { TypeOrmRevocationStore } from 'nestjs-cotter/typeorm';

import { inMemory } from './login-database.js';
import { platforms, send, startApplication, type Answer, type TestApplication } from './platforms.js';

@UseGuards(CotterAuthGuard)
@Controller('me')
class MeController {
  @Get()
  me(@CurrentUser() principal: CotterPrincipal): CotterPrincipal {
    return principal;
  }
}

describe.each(platforms)('what is revoked on %s', (platform) => {
  let issuer: CotterTestIssuer;
  let server: TestApplication;
  let nowMs: number;
  let tokensTaken: string[];

  beforeEach(async () => {
    // In the middle of a second, so that a test knows when the next one begins.
    nowMs = Math.floor(Date.now() / 1000) * 1000 + 500;
    tokensTaken = [];
    issuer = await CotterTestIssuer.start({ clock: () => nowMs });
  });
  afterEach(async () => {
    await server.app.close();
    await issuer.close();
  });

  async function start(options: Partial<CotterForRootOptions> & { revocationStore?: object } = {}): Promise<void> {
    const events = { onTokenRejected: ({ code }: { code: string }) => tokensTaken.push(code) };
    const cotter = CotterModule.forRoot({ ...issuer.moduleOptions, events, ...options });
    server = await startApplication(platform, { imports: [inMemory().module(), cotter], controllers: [MeController] });
  }

  const get = (token: string): Promise<Answer> =>
    send(`${server.url}/me`, { headers: { authorization: `Bearer ${token}` } });
  const login = (json: unknown): Promise<Answer> => send(`${server.url}/login`, { json });
  const revocations = (): RevocationService => server.app.get(RevocationService);
  const users = (): UsersService => server.app.get(UsersService);

  async function accountOf(subject: string): Promise<CotterAccount> {
    return users().getByPrincipal({ issuer: issuer.url, subject });
  }

  function expectRevoked(answer: Answer): void {
    expect([answer.status, answer.body]).toEqual([401, expect.objectContaining({ code: 'token_revoked' })]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="cotter", error="invalid_token"/);
  }

  it('is kept beside the users, unless told otherwise', async () => {
    await start();
    expect(server.app.get(RevocationStore)).toBeInstanceOf(TypeOrmRevocationStore);
    await server.app.close();
    await start({ revocationStore: { useClass: MemoryRevocationStore } });
    expect(server.app.get(RevocationStore)).toBeInstanceOf(MemoryRevocationStore);
  });

  it('is a token: the very next request is refused although its verdict was kept, at both doors, and no other token', async () => {
    await start();
    const [payload, other] = [issuer.payload({ subject: 'ann' }), issuer.token({ subject: 'ann' })];
    const token = payload.oauth_token.access_token;
    const principal = (await get(token)).body as CotterPrincipal;
    expect((await get(token)).status).toBe(200);
    await revocations().revokeToken(principal);
    expectRevoked(await get(token));
    expect((await login(payload)).body).toMatchObject({ status: 403, code: 'token_revoked' });
    expect((await get(other)).status).toBe(200);
    expect(tokensTaken).toEqual(['token_revoked', 'token_revoked']);
  });

  it('is a token without an id too, and no other of its person', async () => {
    await start();
    const claims = { jti: undefined };
    const token = issuer.token({ subject: 'ann', claims });
    await revocations().revokeToken((await get(token)).body as CotterPrincipal);
    expectRevoked(await get(token));
    nowMs += 1_000;
    expect((await get(issuer.token({ subject: 'ann', claims }))).status).toBe(200);
    expect((await get(issuer.token({ subject: 'bob', claims }))).status).toBe(200);
  });

  it('is everything of a person until now: their next sign-in works from the next second on', async () => {
    await start();
    const old = issuer.token({ subject: 'ann' });
    nowMs += 1_000;
    const thisSecond = issuer.token({ subject: 'ann' });
    const timeless = issuer.token({ subject: 'ann', claims: { iat: undefined } });
    expect((await get(old)).status).toBe(200);
    await revocations().revokeSubject({ issuer: issuer.url, subject: 'ann' });
    for (const token of [old, thisSecond, timeless]) expectRevoked(await get(token));
    expect((await get(issuer.token({ subject: 'bob' }))).status).toBe(200);
    nowMs += 500;
    expect((await login(issuer.payload({ subject: 'ann' }))).status).toBe(201);
    expect((await get(issuer.token({ subject: 'ann' }))).status).toBe(200);
  });

  it('is a person who is disabled: no token and no login gets in, until they are enabled', async () => {
    await start();
    const person = { subject: 'ann', identifier: 'ann@example.com' };
    const payload = issuer.payload(person);
    const token = payload.oauth_token.access_token;
    expect((await login(payload)).status).toBe(201);
    expect((await get(token)).status).toBe(200);

    const account = await users().disable(await accountOf('ann'));
    expect(account.disabledAt).toEqual(new Date(nowMs));
    expectRevoked(await get(token));
    nowMs += 3_600_000 * 24 * 400;
    expectRevoked(await get(issuer.token(person)));
    const refused = await login(issuer.payload(person));
    expect([refused.status, refused.body]).toEqual([403, expect.objectContaining({ code: 'account_disabled' })]);
    expect(refused.headers.get('www-authenticate')).toBeNull();

    const anew = issuer.payload({ ...person, subject: 'new subject' });
    expect((await login(anew)).body).toMatchObject({ status: 403, code: 'account_disabled' });
    expectRevoked(await get(anew.oauth_token.access_token));
    expect((await login(issuer.payload({ subject: 'bob', identifier: 'bob@example.com' }))).status).toBe(201);

    await users().enable(account);
    expect((await get(issuer.token(person))).status).toBe(200);
    const back = await login(issuer.payload(person));
    expect([back.status, back.body]).toEqual([
      200,
      expect.objectContaining({ user: expect.objectContaining({ id: account.id }) as object }),
    ]);
    expect((await login(anew)).body).toMatchObject({ created: false, user: { id: account.id } });
  });

  it('stays known while its store is out of reach, and a token is answered 503 where the module must not guess', async () => {
    const store = new Unsteady();
    const events: string[] = [];
    await start({
      revocationStore: { useValue: store },
      revocation: { failClosed: true },
      events: {
        onRevocationsUnavailable: () => events.push('unavailable'),
        onRevocationsCurrent: () => events.push('current'),
      },
    });
    const [revoked, good] = [issuer.token({ subject: 'ann' }), issuer.payload({ subject: 'bob' })];
    const goodToken = good.oauth_token.access_token;
    await revocations().revokeToken((await get(revoked)).body as CotterPrincipal);
    store.lose();
    store.lose();
    expect(events).toEqual(['unavailable']);
    expect([(await get(revoked)).status, (await get(goodToken)).status]).toEqual([401, 200]);
    const since = revocations().state;
    expect(since).toEqual({ status: 'stale', since: expect.any(Date) as Date });

    const elapsed = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 5_001);
    for (const answer of [await get(goodToken), await get(revoked), await login(good)]) {
      expect([answer.status, answer.body]).toEqual([503, expect.objectContaining({ code: 'revocations_unavailable' })]);
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(answer.headers.get('www-authenticate')).toBeNull();
    }
    expect((await get('nonsense')).status).toBe(401);
    expect((await send(`${server.url}/me`)).body).toMatchObject({ code: 'missing_credentials' });
    store.recover();
    expect(events).toEqual(['unavailable', 'current']);
    expect([(await get(revoked)).status, (await get(goodToken)).status]).toEqual([401, 200]);
    expect(revocations().state).toEqual({ status: 'current' });
    elapsed.mockRestore();
  });
});

/** A store that says when it is out of reach. */
class Unsteady extends MemoryRevocationStore {
  #listener: RevocationListener | null = null;

  override follow(listener: RevocationListener): RevocationFeed {
    const feed = super.follow({
      changed: (changes) => {
        listener.changed(changes);
      },
      current: () => {
        listener.current(performance.now());
      },
      lost: (error) => {
        listener.lost(error);
      },
    });
    this.#listener = listener;
    return feed;
  }

  lose(): void {
    this.#listener?.lost(new Error('cut'));
  }

  recover(): void {
    this.#listener?.current(performance.now());
  }
}
