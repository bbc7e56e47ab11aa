import { createHash, randomUUID } from 'node:crypto';

import type { SessionRecord, SessionStore } from 'nestjs-cotter';

/** What the suite needs of an adapter. */
export interface SessionStoreFixture {
  /** Stores over the same sessions, as independent of each other as processes are. */
  stores(realm: string): readonly [SessionStore, ...SessionStore[]];
  close(): Promise<void>;
  /** Whether `sweep` is what makes it forget; where not, the store does by itself. */
  readonly isSwept: boolean;
}

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const RACERS = 100;

const handleOf = (id: string): string => createHash('sha256').update(id).digest('base64url');
const familyOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** A session of Ann's, by its id. */
export function sessionOf(id: string, changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    handle: handleOf(id),
    accountId: 'ann',
    issuer: 'https://www.cotter.app',
    subject: 'ee1982e9-1596-41db-b1a1-4c1880c1f016',
    method: 'OTP',
    device: 'Firefox on Windows',
    startedAtMs: NOW,
    lastSeenAtMs: NOW,
    expiresAtMs: NOW + 30 * DAY,
    version: 0,
    sealed: 'sealed tokens',
    family: null,
    ...changes,
  };
}

/** Declares the tests that every {@link SessionStore} has to pass. */
export function describeSessionStore(name: string, open: () => Promise<SessionStoreFixture>): void {
  describe(`the session store of ${name}`, () => {
    let fixture: SessionStoreFixture;
    let store: SessionStore;
    let all: readonly SessionStore[];

    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(() => fixture.close());
    beforeEach(() => {
      all = fixture.stores(`r-${randomUUID()}`);
      [store = store] = all;
    });

    async function keep(...sessions: SessionRecord[]): Promise<void> {
      for (const session of sessions) await store.insert(session);
    }

    /** One call for each of a hundred racers, spread over all stores there are. */
    function race<T>(run: (whom: SessionStore, racer: number) => Promise<T>): Promise<T[]> {
      return Promise.all(Array.from({ length: RACERS }, (_, racer) => run(all[racer % all.length] ?? store, racer)));
    }

    const winners = (outcomes: readonly boolean[]): number => outcomes.filter(Boolean).length;
    const handles = (sessions: readonly SessionRecord[]): string[] => sessions.map(({ handle }) => handle);

    describe('a session', () => {
      it('is found as it was kept, by everyone', async () => {
        const full = sessionOf('full', { family: familyOf('a'), version: 3, sealed: 'x'.repeat(10_000) });
        const empty = sessionOf('empty', { method: null, device: null, sealed: null });
        const foreign = sessionOf('foreign', {
          subject: 'Ünal 🙂 "\\',
          device: 'Браузер on 🙂',
          accountId: 'ÜNAL-{1}',
        });
        await keep(full, empty, foreign);
        for (const whom of all) {
          for (const session of [full, empty, foreign]) {
            await expect(whom.find(session.handle)).resolves.toEqual(session);
          }
          await expect(whom.find(handleOf('nobody'))).resolves.toBeNull();
        }
      });

      it('may be kept again by who does not know whether it was', async () => {
        await keep(sessionOf('a'), sessionOf('a'));
        await expect(store.find(handleOf('a'))).resolves.toEqual(sessionOf('a'));
        await expect(store.list('ann', 10)).resolves.toEqual([sessionOf('a')]);
      });

      it('is told apart by every character of its handle', async () => {
        await keep(sessionOf('a', { handle: 'x'.repeat(42) + 'a' }));
        await expect(store.find('x'.repeat(42) + 'A')).resolves.toBeNull();
        await expect(store.find(`${'x'.repeat(42)}a `)).resolves.toBeNull();
        await expect(store.remove('X'.repeat(42) + 'a')).resolves.toBe(false);
      });

      it('is kept from other realms', async () => {
        await keep(sessionOf('a', { family: familyOf('a') }));
        const [stranger] = fixture.stores(`r-${randomUUID()}`);
        await expect(stranger.find(handleOf('a'))).resolves.toBeNull();
        await expect(stranger.list('ann', 10)).resolves.toEqual([]);
        await expect(stranger.findByFamily(familyOf('a'))).resolves.toEqual([]);
        await expect(stranger.replaceTokens(handleOf('a'), 0, 'others')).resolves.toBe(false);
        await stranger.touch([handleOf('a')], NOW + MINUTE);
        await expect(stranger.remove(handleOf('a'))).resolves.toBe(false);
        await stranger.insert(sessionOf('a', { accountId: 'bob' }));
        await expect(store.find(handleOf('a'))).resolves.toEqual(sessionOf('a', { family: familyOf('a') }));
      });
    });

    describe('the end of a session', () => {
      it('is for good, and for everyone', async () => {
        await keep(sessionOf('a', { family: familyOf('a') }), sessionOf('b', { family: familyOf('a') }));
        await expect(store.remove(handleOf('a'))).resolves.toBe(true);
        await expect(store.remove(handleOf('a'))).resolves.toBe(false);
        await store.touch([handleOf('a')], NOW + MINUTE);
        await expect(store.replaceTokens(handleOf('a'), 0, 'too late')).resolves.toBe(false);
        for (const whom of all) {
          await expect(whom.find(handleOf('a'))).resolves.toBeNull();
          expect(handles(await whom.list('ann', 10))).toEqual([handleOf('b')]);
          expect(handles(await whom.findByFamily(familyOf('a')))).toEqual([handleOf('b')]);
        }
      });

      it('is told to one of a hundred', async () => {
        await keep(sessionOf('a'));
        expect(winners(await race((whom) => whom.remove(handleOf('a'))))).toBe(1);
      });
    });

    describe('new tokens', () => {
      it('are taken with the version that was read, and count it up', async () => {
        await keep(sessionOf('a'));
        await expect(store.replaceTokens(handleOf('a'), 1, 'never')).resolves.toBe(false);
        await expect(store.replaceTokens(handleOf('a'), 0, 'first')).resolves.toBe(true);
        await expect(store.replaceTokens(handleOf('a'), 0, 'never')).resolves.toBe(false);
        await expect(store.replaceTokens(handleOf('a'), 1, 'second')).resolves.toBe(true);
        for (const whom of all) {
          await expect(whom.find(handleOf('a'))).resolves.toEqual(sessionOf('a', { sealed: 'second', version: 2 }));
        }
      });

      it('are those of one of a hundred', async () => {
        await keep(sessionOf('a'));
        const outcomes = await race((whom, racer) => whom.replaceTokens(handleOf('a'), 0, `by ${String(racer)}`));
        expect(winners(outcomes)).toBe(1);
        const sealed = `by ${String(outcomes.indexOf(true))}`;
        await expect(store.find(handleOf('a'))).resolves.toEqual(sessionOf('a', { sealed, version: 1 }));
      });

      it('never bring a session back that is ended at the same time', async () => {
        for (let round = 0; round < 20; round++) {
          const id = `round ${String(round)}`;
          await keep(sessionOf(id));
          const other = all.at(-1) ?? store;
          await Promise.all([store.replaceTokens(handleOf(id), 0, 'new'), other.remove(handleOf(id))]);
          await expect(store.find(handleOf(id))).resolves.toBeNull();
        }
      });
    });

    describe('the sessions of an account', () => {
      it('come with the one first that was seen last, and not more than asked for', async () => {
        await keep(sessionOf('a'), sessionOf('b'), sessionOf('c'), sessionOf('bob', { accountId: 'bob' }));
        await store.touch([handleOf('b')], NOW + 3 * MINUTE);
        await store.touch([handleOf('a')], NOW + 2 * MINUTE);
        for (const whom of all) {
          expect(handles(await whom.list('ann', 10))).toEqual(['b', 'a', 'c'].map(handleOf));
          await expect(whom.list('ann', 1)).resolves.toEqual([sessionOf('b', { lastSeenAtMs: NOW + 3 * MINUTE })]);
          await expect(whom.list('nobody', 10)).resolves.toEqual([]);
        }
      });

      it('are told apart by every character of its id', async () => {
        await keep(sessionOf('a', { accountId: 'jose' }));
        for (const accountId of ['JOSE', 'josé', 'jose ']) {
          await expect(store.list(accountId, 10)).resolves.toEqual([]);
        }
      });

      it('are found by the hundred', async () => {
        const many = Array.from({ length: 250 }, (_, index) =>
          sessionOf(String(index), { lastSeenAtMs: NOW + index, family: familyOf('a') }),
        );
        await Promise.all(many.map((session) => store.insert(session)));
        const latest = [...many].reverse();
        await expect(store.list('ann', 1_000)).resolves.toEqual(latest);
        await expect(store.list('ann', 120)).resolves.toEqual(latest.slice(0, 120));
        await expect(store.findByFamily(familyOf('a'))).resolves.toHaveLength(250);
      });
    });

    it('finds the sessions of a family, whoever they belong to', async () => {
      const ours = [
        sessionOf('a', { family: familyOf('x') }),
        sessionOf('b', { family: familyOf('x'), accountId: 'b' }),
      ];
      await keep(...ours, sessionOf('c', { family: familyOf('y') }), sessionOf('d'));
      for (const whom of all) {
        const found = await whom.findByFamily(familyOf('x'));
        expect(handles(found).sort()).toEqual(handles(ours).sort());
        await expect(whom.findByFamily(familyOf('z'))).resolves.toEqual([]);
      }
    });

    describe('the time when a session was seen', () => {
      const seenAt = async (id: string): Promise<number | undefined> => (await store.find(handleOf(id)))?.lastSeenAtMs;

      it('moves forward only, also where a hundred note different times at once', async () => {
        await keep(sessionOf('a'), sessionOf('b'));
        await store.touch([handleOf('a'), handleOf('b'), handleOf('nobody')], NOW + 2 * MINUTE);
        await store.touch([handleOf('a')], NOW + MINUTE);
        await store.touch([], NOW + 3 * MINUTE);
        expect([await seenAt('a'), await seenAt('b')]).toEqual([NOW + 2 * MINUTE, NOW + 2 * MINUTE]);
        await expect(store.find(handleOf('nobody'))).resolves.toBeNull();

        const both = [handleOf('a'), handleOf('b')];
        await race((whom, racer) => whom.touch(racer % 2 ? both : [...both].reverse(), NOW + HOUR - racer * 1_000));
        expect([await seenAt('a'), await seenAt('b')]).toEqual([NOW + HOUR, NOW + HOUR]);
      });

      it('is noted for more than a thousand at once', async () => {
        const ids = Array.from({ length: 1_100 }, (_, index) => `of many ${String(index)}`);
        for (let start = 0; start < ids.length; start += 100) {
          await Promise.all(ids.slice(start, start + 100).map((id) => store.insert(sessionOf(id))));
        }
        await store.touch(ids.map(handleOf), NOW + MINUTE);
        const seen = await Promise.all(['of many 0', 'of many 550', 'of many 1099'].map(seenAt));
        expect(new Set(seen)).toEqual(new Set([NOW + MINUTE]));
      }, 20_000);

      it('leaves everything else as it is', async () => {
        await keep(sessionOf('a', { family: familyOf('a'), version: 7 }));
        await store.touch([handleOf('a')], NOW + MINUTE);
        await expect(store.find(handleOf('a'))).resolves.toEqual(
          sessionOf('a', { family: familyOf('a'), version: 7, lastSeenAtMs: NOW + MINUTE }),
        );
        await expect(store.replaceTokens(handleOf('a'), 7, 'new')).resolves.toBe(true);
      });
    });

    describe('a name', () => {
      const until = NOW + 10 * MINUTE;

      it('is good once, for one of a hundred', async () => {
        expect(winners(await race((whom) => whom.useOnce('state', NOW, until)))).toBe(1);
        for (const whom of all) await expect(whom.useOnce('state', NOW, until)).resolves.toBe(false);
        await expect(store.useOnce('state 2', NOW, until)).resolves.toBe(true);
        await expect(store.useOnce('STATE', NOW, until)).resolves.toBe(true);
      });

      it('may be as long as names come', async () => {
        const long = 'x'.repeat(5_000);
        await expect(store.useOnce(`${long}a`, NOW, until)).resolves.toBe(true);
        await expect(store.useOnce(`${long}b`, NOW, until)).resolves.toBe(true);
        await expect(store.useOnce(`${long}a`, NOW, until)).resolves.toBe(false);
      });

      it('is of one realm', async () => {
        await store.useOnce('state', NOW, until);
        const [stranger] = fixture.stores(`r-${randomUUID()}`);
        await expect(stranger.useOnce('state', NOW, until)).resolves.toBe(true);
      });

      it('stays used though the clock jumps by an hour', async () => {
        await store.useOnce('state', NOW, until);
        for (const nowMs of [until - HOUR, until + HOUR]) {
          await expect(store.useOnce('state', nowMs, nowMs + 10 * MINUTE)).resolves.toBe(false);
        }
      });

      it('is free again long after its time, for one of a hundred', async () => {
        if (!fixture.isSwept) return;
        await store.useOnce('state', NOW, until);
        const later = until + 2 * HOUR;
        expect(winners(await race((whom) => whom.useOnce('state', later, later + MINUTE)))).toBe(1);
        await expect(store.useOnce('state', later, later + MINUTE)).resolves.toBe(false);
      });
    });

    describe('a sweep', () => {
      const ends = (id: string, expiresAtMs: number): SessionRecord =>
        sessionOf(id, { expiresAtMs, family: familyOf('a') });

      it('takes what ended more than two hours ago, and leaves what is alive', async () => {
        if (!fixture.isSwept) return expect(store.sweep(NOW + 100 * DAY)).resolves.toBe(0);
        await keep(ends('dead', NOW - 2 * HOUR), ends('dying', NOW - 2 * HOUR + 1), ends('alive', NOW + 1));
        await store.useOnce('dead', NOW - 3 * HOUR, NOW - 2 * HOUR);
        await store.useOnce('dying', NOW - 3 * HOUR, NOW - 2 * HOUR + 1);
        await expect(store.sweep(NOW)).resolves.toBe(1);
        await expect(store.find(handleOf('dead'))).resolves.toBeNull();
        for (const id of ['dying', 'alive']) await expect(store.find(handleOf(id))).resolves.not.toBeNull();
        expect(handles(await store.list('ann', 10)).sort()).toEqual(['dying', 'alive'].map(handleOf).sort());
        await expect(store.useOnce('dying', NOW - HOUR, NOW)).resolves.toBe(false);
        await expect(store.useOnce('dead', NOW - HOUR, NOW)).resolves.toBe(true);
      });

      it('leaves other realms alone', async () => {
        if (!fixture.isSwept) return;
        const [stranger] = fixture.stores(`r-${randomUUID()}`);
        await stranger.insert(ends('dead', NOW - 3 * HOUR));
        await expect(store.sweep(NOW)).resolves.toBe(0);
        await expect(stranger.find(handleOf('dead'))).resolves.not.toBeNull();
      });

      it('goes on in batches, by one at a time, and is due again some minutes later, whatever the clock did', async () => {
        if (!fixture.isSwept || all.length < 2) return;
        const ids = Array.from({ length: 600 }, (_, index) => `swept ${String(index)}`);
        for (let start = 0; start < ids.length; start += 100) {
          await Promise.all(ids.slice(start, start + 100).map((id) => store.insert(ends(id, NOW - DAY))));
        }
        const counts = await Promise.all(all.map((whom) => whom.sweep(NOW)));
        expect([...counts].sort((a, b) => b - a)).toEqual([600, ...all.slice(1).map(() => 0)]);
        await keep(ends('later', NOW - DAY));
        await expect(store.sweep(NOW + MINUTE)).resolves.toBe(0);
        await expect(store.sweep(NOW + 6 * MINUTE)).resolves.toBe(1);
        await keep(ends('later', NOW - DAY));
        await expect(store.sweep(NOW - HOUR)).resolves.toBe(1);
      }, 20_000);
    });
  });
}
