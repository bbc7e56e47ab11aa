import { Controller, Get, UseGuards } from '@nestjs/common';
import {
  CotterAuthGuard,
  CotterModule,
  RevocationService,
  type CotterEvents,
  type RevocationStore,
} from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { platforms, send, startApplication, type Answer, type TestApplication } from '../e2e/platforms.js';
import type { RevocationOutage } from './revocation-outage.fixture.js';

const BOUND_MS = 5_000;

@UseGuards(CotterAuthGuard)
@Controller('guarded')
class GuardedController {
  @Get()
  guarded(): string {
    return 'guarded';
  }
}

/** What an application told, and a way to wait for it. */
class Told implements CotterEvents {
  readonly events: string[] = [];
  #wake: () => void = () => undefined;

  onRevocationsUnavailable({ error, since }: { error: Error; since: Date }): void {
    if (!(error instanceof Error) || Number.isNaN(since.getTime())) throw new Error('an event without its reason');
    this.#tell('unavailable');
  }

  onRevocationsCurrent(): void {
    this.#tell('current');
  }

  async until(count: number): Promise<void> {
    while (this.events.length < count) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  #tell(event: string): void {
    this.events.push(event);
    this.#wake();
  }
}

/** Declares the tests of what happens while the store is out of reach, with connections that are really cut. */
export function describeRevocationOutage(name: string, open: () => Promise<RevocationOutage>): void {
  describe.each(platforms)(`while ${name} is out of reach of an application on %s`, (platform) => {
    let issuer: CotterTestIssuer;
    let outage: RevocationOutage;
    let told: Told;
    let server: TestApplication;

    beforeAll(async () => {
      issuer = await CotterTestIssuer.start();
    });
    afterAll(() => issuer.close());
    beforeEach(async () => {
      outage = await open();
      told = new Told();
    });
    afterEach(async () => {
      await server.app.close();
      await outage.close();
    });

    async function start(revocationStore: RevocationStore, failClosed = false): Promise<RevocationService> {
      const cotter = CotterModule.forRoot({
        ...issuer.moduleOptions,
        users: false,
        revocationStore: { useValue: revocationStore },
        revocation: { failClosed },
        events: told,
      });
      server = await startApplication(platform, { imports: [cotter], controllers: [GuardedController] });
      return server.app.get(RevocationService);
    }

    const get = (token: string): Promise<Answer> =>
      send(`${server.url}/guarded`, { headers: { authorization: `Bearer ${token}` } });

    const disabled = { subject: 'disabled' };
    const reinstated = { subject: 'reinstated' };
    const pairOf = ({ subject }: { subject: string }) => ({ issuer: issuer.url, subject });

    it('what was known last stays in force, and everything that happened is known within five seconds of its return', async () => {
      await outage.healthy.disable([pairOf(reinstated)]);
      const revocations = await start(outage.store);
      const [revoked, good] = [issuer.token(), issuer.token()];
      const principal = claimsOf(revoked);
      await revocations.revokeToken(principal);
      expect([(await get(revoked)).status, (await get(good)).status]).toEqual([401, 200]);
      expect((await get(issuer.token(reinstated))).body).toMatchObject({ code: 'token_revoked' });
      expect(revocations.state).toEqual({ status: 'current' });

      await outage.proxy.cut();
      await told.until(1);
      expect(told.events).toEqual(['unavailable']);
      expect(revocations.state).toEqual({ status: 'stale', since: expect.any(Date) as Date });
      await outage.healthy.disable([pairOf(disabled)]);
      await outage.healthy.reinstate([pairOf(reinstated)]);
      const startedAt = performance.now();
      await expect(revocations.revokeToken(claimsOf(good))).rejects.toMatchObject({ code: 'store_unavailable' });
      expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
      expect([(await get(revoked)).status, (await get(good)).status]).toEqual([401, 200]);
      expect((await get(issuer.token(reinstated))).status).toBe(401);

      await outage.proxy.open();
      const returnedAt = performance.now();
      await told.until(2);
      expect(performance.now() - returnedAt).toBeLessThan(BOUND_MS);
      expect(told.events).toEqual(['unavailable', 'current']);
      expect(revocations.state).toEqual({ status: 'current' });
      const answers = await Promise.all([revoked, issuer.token(disabled), issuer.token(reinstated)].map(get));
      expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
      await revocations.revokeToken(claimsOf(good));
      expect((await get(good)).status).toBe(401);
    }, 30_000);

    it('a store that falls silent is noticed within the bound, and its return too', async () => {
      const revocations = await start(outage.store, true);
      const good = issuer.token();
      expect((await get(good)).status).toBe(200);
      outage.proxy.fallSilent();
      const silentAt = performance.now();
      await told.until(1);
      expect(performance.now() - silentAt).toBeLessThan(BOUND_MS + 1_500);
      let answer = await get(good);
      while (answer.status === 200) answer = await get(good);
      // The last time that it was known may lie some milliseconds after the silence, for what was on its way.
      expect(performance.now() - silentAt).toBeLessThan(BOUND_MS + 1_500);
      expect([answer.status, answer.body, answer.headers.get('retry-after')]).toEqual([
        503,
        expect.objectContaining({ code: 'revocations_unavailable' }),
        '5',
      ]);
      expect(answer.headers.get('www-authenticate')).toBeNull();
      outage.proxy.speak();
      const spokeAt = performance.now();
      await told.until(2);
      expect(performance.now() - spokeAt).toBeLessThan(BOUND_MS);
      expect((await get(good)).status).toBe(200);
      expect(revocations.state).toEqual({ status: 'current' });
    }, 30_000);

    it('an application starts, and answers 503 until it knows where it must not guess', async () => {
      await outage.healthy.disable([pairOf(disabled)]);
      await outage.proxy.cut();
      await start(outage.store, true);
      const tokens = [issuer.token(disabled), issuer.token()];
      expect((await Promise.all(tokens.map(get))).map(({ status }) => status)).toEqual([503, 503]);
      expect((await send(`${server.url}/guarded`)).status).toBe(401);
      await outage.proxy.open();
      await told.until(2);
      expect((await Promise.all(tokens.map(get))).map(({ status }) => status)).toEqual([401, 200]);
    }, 30_000);
  });
}

/** What a token says, for a test that holds it. */
function claimsOf(token: string) {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  const claims = JSON.parse(payload) as Record<'iss' | 'sub' | 'jti', string> & Record<'iat' | 'exp', number>;
  const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
  return {
    issuer: claims.iss,
    subject: claims.sub,
    tokenId: claims.jti,
    issuedAt: iso(claims.iat),
    expiresAt: iso(claims.exp),
  };
}
