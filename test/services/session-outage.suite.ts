import type { SessionRecord, SessionStore } from 'nestjs-cotter';
import { RedisSessionStore } from 'nestjs-cotter/redis';
import { CotterEntities, CotterMigrations, TypeOrmSessionStore } from 'nestjs-cotter/typeorm';

import { openDatabase, parseDatabaseUrl } from '../../src/app/database.js';
import { sessionOf } from '../contracts/session-store.contract.js';
import { createServerDatabase } from './database.js';
import { openRedisRoom } from './redis.js';
import { TcpProxy } from './tcp-proxy.js';

/** A store behind a way that can be cut. */
export interface SessionOutage {
  readonly proxy: TcpProxy;
  readonly store: SessionStore;
  close(): Promise<void>;
}

const WITHIN_MS = 5_000;

/** As the app itself opens its database. */
export async function openDatabaseOutage(serverUrl: string): Promise<SessionOutage> {
  const database = await createServerDatabase(serverUrl);
  const proxy = await TcpProxy.to(database.url);
  const tables = { entities: CotterEntities, migrations: CotterMigrations };
  const dataSource = await openDatabase({ ...parseDatabaseUrl(proxy.url), ...tables });
  return {
    proxy,
    store: new TypeOrmSessionStore(dataSource),
    close: async () => {
      await dataSource.destroy();
      await proxy.cut();
      await database.drop();
    },
  };
}

export async function openRedisOutage(serverUrl: string): Promise<SessionOutage> {
  const room = openRedisRoom(serverUrl);
  const proxy = await TcpProxy.to(serverUrl);
  return {
    proxy,
    store: new RedisSessionStore(room.connect(proxy.url), { keyPrefix: room.prefix }),
    close: async () => {
      await room.close();
      await proxy.cut();
    },
  };
}

/** Declares the tests of what happens while the store is out of reach, with connections that are really cut. */
export function describeSessionOutage(name: string, open: () => Promise<SessionOutage>): void {
  describe(`while ${name} is out of reach`, () => {
    let outage: SessionOutage;
    const ann = sessionOf('ann');
    const unavailable = { code: 'store_unavailable', retryAfterSeconds: 5, cause: expect.anything() as unknown };

    beforeEach(async () => {
      outage = await open();
      await outage.store.insert(ann);
    });
    afterEach(() => outage.close());

    /** Everything that a store is asked, at once, each within the time that anybody waits. */
    async function expectUnavailable(): Promise<void> {
      const { store } = outage;
      const startedAt = performance.now();
      const outcomes = await Promise.allSettled([
        store.find(ann.handle),
        store.insert(sessionOf('bob')),
        store.list('ann', 10),
        store.replaceTokens(ann.handle, 0, 'new'),
        store.touch([ann.handle], ann.lastSeenAtMs + 1),
        store.remove(sessionOf('nobody').handle),
        store.useOnce('state', 0, 1),
      ]);
      expect(performance.now() - startedAt).toBeLessThan(WITHIN_MS);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: unavailable });
    }

    /** A client that waits before it connects again may miss the return of the server by a moment. */
    async function answered(): Promise<SessionRecord | null> {
      for (let attempt = 0; attempt < 5; attempt++) {
        const [outcome] = await Promise.allSettled([outage.store.find(ann.handle)]);
        if (outcome.status === 'fulfilled') return outcome.value;
      }
      return outage.store.find(ann.handle);
    }

    it('says so, and loses nothing', async () => {
      await outage.proxy.cut();
      for (let round = 0; round < 2; round++) await expectUnavailable();
      await outage.proxy.open();
      await expect(answered()).resolves.toMatchObject({ handle: ann.handle });
      await outage.store.insert(sessionOf('carl'));
      await expect(outage.store.find(sessionOf('carl').handle)).resolves.toEqual(sessionOf('carl'));
    }, 30_000);

    it('says so within five seconds where it falls silent', async () => {
      outage.proxy.fallSilent();
      await expectUnavailable();
      // Whoever restarts what is stuck ends its connections.
      await outage.proxy.cut();
      outage.proxy.speak();
      await outage.proxy.open();
      await expect(answered()).resolves.toMatchObject({ handle: ann.handle });
    }, 30_000);
  });
}
