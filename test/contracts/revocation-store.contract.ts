import { randomUUID } from 'node:crypto';

import {
  RevocationService,
  type CotterOptions,
  type PersonPair,
  type Revocation,
  type RevocationStore,
} from 'nestjs-cotter';

import { resolveOptions } from '../../src/cotter.options.resolver.js';
import { RevocationFollower } from './revocation-store.follower.js';

/** What the suite needs of an adapter. */
export interface RevocationStoreFixture {
  /** Stores over one place, as independent of each other as processes are. */
  stores(realm: string): readonly [RevocationStore, ...RevocationStore[]];
  close(): Promise<void>;
}

const BOUND_MS = 5_000;
const ISSUER = 'https://www.cotter.app';
const HOUR_MS = 3_600_000;

const pair = (subject: string): PersonPair => ({ issuer: ISSUER, subject });
const inAnHour = (): number => Date.now() + HOUR_MS;
const token = (tokenId: string, untilMs = inAnHour()): Revocation => ({
  kind: 'token',
  issuer: ISSUER,
  tokenId,
  untilMs,
});

/** Declares the tests that every {@link RevocationStore} has to pass. */
export function describeRevocationStore(name: string, open: () => Promise<RevocationStoreFixture>): void {
  describe(`the revocation store of ${name}`, () => {
    let fixture: RevocationStoreFixture;
    let realm: string;
    let store: RevocationStore;
    let other: RevocationStore;
    const followers: RevocationFollower[] = [];

    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(() => fixture.close());
    beforeEach(() => {
      realm = `realm-${randomUUID()}`;
      const all = fixture.stores(realm);
      [store] = all;
      other = all[1] ?? store;
    });
    afterEach(async () => {
      await Promise.all(followers.splice(0).map((follower) => follower.close()));
    });

    async function follow(by: RevocationStore = other): Promise<RevocationFollower> {
      const follower = await RevocationFollower.of(by);
      followers.push(follower);
      return follower;
    }

    const everyKind = (): Revocation[] => [
      token('t'),
      { kind: 'session', handle: 'h', untilMs: inAnHour() },
      { kind: 'subject', ...pair('s'), issuedBeforeMs: 1_763_700_000_123, untilMs: inAnHour() },
    ];

    it('tells who comes later everything that is in force', async () => {
      const revocations = everyKind();
      await store.revoke(revocations);
      await store.disable([pair('d')]);
      const { changes } = await follow();
      expect(changes).toHaveLength(4);
      expect(changes).toEqual(expect.arrayContaining(revocations));
      expect(changes).toContainEqual({
        ...pair('d'),
        kind: 'standing',
        disabled: true,
        revision: expect.any(Number) as number,
      });
    });

    it('tells everybody what changes, within five seconds', async () => {
      const following = await Promise.all(fixture.stores(realm).map(follow));
      const startedAt = performance.now();
      const revocations = everyKind();
      await store.revoke(revocations);
      await store.disable([pair('d')]);
      for (const follower of following) {
        await follower.until(() => follower.isDisabled(pair('d')) === true && follower.endOf('t') > 0);
        expect(follower.changes).toEqual(expect.arrayContaining(revocations));
      }
      expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
      await other.reinstate([pair('d')]);
      for (const follower of following) await follower.until(() => follower.isDisabled(pair('d')) === false);
      expect(performance.now() - startedAt).toBeLessThan(2 * BOUND_MS);
    }, 15_000);

    it('holds to the longer and later one of two revocations of one thing, in any order', async () => {
      const [sooner, later] = [Date.now() + 1_000_000, Date.now() + 2_000_000];
      const cutOff = (subject: string, issuedBeforeMs: number, untilMs: number): Revocation => ({
        kind: 'subject',
        ...pair(subject),
        issuedBeforeMs,
        untilMs,
      });
      await store.revoke([
        token('a', sooner),
        token('b', later),
        cutOff('a', 5_000, later),
        cutOff('b', 9_000, sooner),
      ]);
      await other.revoke([
        token('a', later),
        token('b', sooner),
        cutOff('a', 9_000, sooner),
        cutOff('b', 5_000, later),
      ]);
      await store.revoke([token('c', later), token('c', sooner), token('c', later)]);
      const { changes } = await follow();
      expect(changes).toHaveLength(5);
      expect(changes).toEqual(
        expect.arrayContaining([
          token('a', later),
          token('b', later),
          token('c', later),
          cutOff('a', 9_000, later),
          cutOff('b', 9_000, later),
        ]),
      );
    });

    it('numbers the standings of a person, so that the last one can be told', async () => {
      const revisions: number[] = [];
      for (const stand of ['disable', 'reinstate', 'disable', 'disable', 'reinstate'] as const) {
        const [standing, ...more] = await (revisions.length % 2 === 0 ? store : other)[stand]([pair('p'), pair('p')]);
        expect(more).toEqual([]);
        expect(standing).toMatchObject({ ...pair('p'), kind: 'standing', disabled: stand === 'disable' });
        revisions.push(standing?.revision ?? 0);
      }
      expect([...new Set(revisions)].sort((a, b) => a - b)).toEqual(revisions);
      const late = await follow();
      expect(late.isDisabled(pair('p'))).not.toBe(true);
    });

    it('agrees with everybody in the end, where many disable and reinstate one person at once', async () => {
      const all = fixture.stores(realm);
      const following = await Promise.all(all.map(follow));
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, racer) => {
          const by = all[racer % all.length] ?? store;
          return racer % 3 === 0 ? by.reinstate([pair('p')]) : by.disable([pair('p'), pair(`p${String(racer)}`)]);
        }),
      );
      const last = outcomes
        .flat()
        .filter(({ subject }) => subject === 'p')
        .reduce((a, b) => (b.revision > a.revision ? b : a));
      for (const follower of following) {
        await follower.until(() =>
          follower.changes.some(
            (change) => change.kind === 'standing' && change.subject === 'p' && change.revision >= last.revision,
          ),
        );
        expect(follower.isDisabled(pair('p'))).toBe(last.disabled);
      }
      const late = await follow();
      expect(late.isDisabled(pair('p')) ?? false).toBe(last.disabled);
    }, 15_000);

    it('keeps the longest, where many revoke one token at once', async () => {
      const all = fixture.stores(realm);
      const base = inAnHour();
      await Promise.all(
        Array.from({ length: 60 }, (_, racer) => (all[racer % all.length] ?? store).revoke([token('t', base + racer)])),
      );
      expect((await follow()).endOf('t')).toBe(base + 59);
    });

    it('tells realms apart', async () => {
      const [elsewhere] = fixture.stores(`realm-${randomUUID()}`);
      const stranger = await follow(elsewhere);
      await store.revoke(everyKind());
      await store.disable([pair('p')]);
      await elsewhere.revoke([token('theirs')]);
      await stranger.until(() => stranger.endOf('theirs') > 0);
      expect(stranger.changes.every((change) => change.kind === 'token' && change.tokenId === 'theirs')).toBe(true);
      expect((await follow()).endOf('theirs')).toBe(0);
    });

    it.each([
      ['in case', 'ID', 'id'],
      ['in accents', 'é', 'e'],
      ['in a space at the end', 'id ', 'id'],
      ['in a NUL', 'a\0b', 'ab'],
      ['in half a surrogate pair', '\ud83c', '\ud83d'],
      ['in emoji', '🍣', '🍺'],
      ['in their last of many characters', `${'x'.repeat(7000)}1`, `${'x'.repeat(7000)}2`],
      ['in where a colon stands', 'a:b', 'a":"b'],
    ])('tells names apart that differ %s', async (_, one, different) => {
      await store.revoke([token(one), { kind: 'session', handle: one, untilMs: inAnHour() }]);
      await store.disable([pair(one)]);
      const follower = await follow();
      expect(follower.endOf(one)).toBeGreaterThan(0);
      expect(follower.endOf(different)).toBe(0);
      expect(follower.changes).toContainEqual(expect.objectContaining({ kind: 'session', handle: one }));
      expect([follower.isDisabled(pair(one)), follower.isDisabled(pair(different))]).toEqual([true, undefined]);
    });

    it('takes and tells thousands at once', async () => {
      const many = Array.from({ length: 2_500 }, (_, n) => token(`t${String(n)}`));
      const people = Array.from({ length: 1_200 }, (_, n) => pair(`p${String(n)}`));
      const early = await follow();
      await store.revoke(many);
      expect(await store.disable(people)).toHaveLength(people.length);
      const late = await follow();
      for (const follower of [early, late]) {
        await follower.until(() => follower.changes.length >= many.length + people.length);
        expect(new Set(follower.changes.map((change) => JSON.stringify({ ...change, revision: 0 }))).size).toBe(3_700);
      }
    }, 30_000);

    it('takes nothing at all', async () => {
      await store.revoke([]);
      expect(await store.disable([])).toEqual([]);
      expect(await store.reinstate([])).toEqual([]);
      expect((await follow()).changes).toEqual([]);
    });

    it('tells nothing to whom has left', async () => {
      const gone = await follow();
      await gone.close();
      const heard = gone.signals.length;
      const stays = await follow();
      await store.revoke([token('t')]);
      await stays.until(() => stays.endOf('t') > 0);
      expect([gone.changes, gone.signals.length]).toEqual([[], heard]);
    });

    describe('under two processes', () => {
      const services: RevocationService[] = [];
      afterEach(async () => {
        await Promise.all(services.splice(0).map((service) => service.onApplicationShutdown()));
      });

      async function start(by: RevocationStore, options: Partial<CotterOptions> = {}): Promise<RevocationService> {
        const service = new RevocationService({ ...resolveOptions({ apiKeyId: 'key' }, 'cotter'), ...options }, by);
        services.push(service);
        await service.onModuleInit();
        return service;
      }

      const session = (handle: string) => ({ handle, issuer: 'i', subject: 'nobody', startedAtMs: 0 });
      const principal = (subject: string, tokenId: string) => ({
        ...pair(subject),
        tokenId,
        issuedAt: new Date(Date.now() - 60_000).toISOString(),
        expiresAt: new Date(inAnHour()).toISOString(),
      });

      async function eventually(condition: () => boolean): Promise<void> {
        const startedAt = performance.now();
        while (!condition()) {
          if (performance.now() - startedAt > BOUND_MS) throw new Error('not within the bound');
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }

      it('holds at once where it was said, and within five seconds elsewhere', async () => {
        const [here, there] = [await start(store), await start(other)];
        await here.revokeToken(principal('ann', 't1'));
        expect(here.isRevoked(principal('ann', 't1'))).toBe(true);
        await there.revokeSubject(pair('bob'));
        expect(there.isRevoked(principal('bob', 't2'))).toBe(true);
        await here.revokeSession('h', new Date(inAnHour()));
        expect(here.isSessionRevoked(session('h'), null)).toBe(true);
        await there.disable([pair('cid')]);
        expect(there.isRevoked(principal('cid', 't3'))).toBe(true);
        await eventually(() => there.isRevoked(principal('ann', 't1')) && there.isSessionRevoked(session('h'), null));
        await eventually(() => here.isRevoked(principal('bob', 't2')) && here.isDisabled(pair('cid')));
        expect([here, there].map((service) => service.isRevoked(principal('ann', 'another')))).toEqual([false, false]);
        await here.reinstate([pair('cid')]);
        expect(here.isRevoked(principal('cid', 't3'))).toBe(false);
        await eventually(() => !there.isRevoked(principal('cid', 't3')));
        expect([here.state, there.state]).toEqual([{ status: 'current' }, { status: 'current' }]);
      }, 20_000);

      it('is never undone by what is on its way of earlier times', async () => {
        const [here] = [await start(store), await start(other)];
        for (let round = 0; round < 20; round++) {
          await here.disable([pair('ann')]);
          for (let look = 0; look < 5; look++) {
            expect(here.isDisabled(pair('ann'))).toBe(true);
            await new Promise(setImmediate);
          }
          await here.reinstate([pair('ann')]);
          for (let look = 0; look < 5; look++) {
            expect(here.isDisabled(pair('ann'))).toBe(false);
            await new Promise(setImmediate);
          }
        }
      }, 20_000);

      it('holds from the first moment of a process that starts later', async () => {
        const here = await start(store);
        await here.revokeToken(principal('ann', 't1'));
        await here.disable([pair('bob')]);
        const later = await start(other);
        expect([later.isRevoked(principal('ann', 't1')), later.isDisabled(pair('bob'))]).toEqual([true, true]);
      });
    });
  });
}
