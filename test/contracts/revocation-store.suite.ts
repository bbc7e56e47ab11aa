import { randomUUID } from 'node:crypto';

import { CotterRevocation, TypeOrmRevocationStore } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import { RevocationFollower } from './revocation-store.follower.js';
import { openTypeOrmRevocations } from './revocation-store.fixture.js';
import type { Engine } from './typeorm-users.fixture.js';

const ISSUER = 'https://www.cotter.app';
const HOUR_MS = 3_600_000;

/** Declares the tests of what the TypeORM adapter does beyond its port. */
export function describeTypeOrmRevocations(engine: Engine): void {
  describe(`the table of revocations on ${engine.name}`, () => {
    let fixture: Awaited<ReturnType<typeof openTypeOrmRevocations>>;
    beforeEach(async () => {
      fixture = await openTypeOrmRevocations(engine);
    });
    afterEach(() => fixture.close());

    const token = (tokenId: string, untilMs: number) => ({ kind: 'token' as const, issuer: ISSUER, tokenId, untilMs });

    it('loses what has long ended, in batches, by one process at a time', async () => {
      const stores = fixture.stores('cotter');
      const ended = Date.now() - 3 * HOUR_MS;
      await stores[0].revoke(Array.from({ length: 1_200 }, (_, n) => token(`ended ${String(n)}`, ended)));
      await stores[0].revoke([token('ended of late', Date.now() - HOUR_MS), token('lives', Date.now() + HOUR_MS)]);
      await stores[0].disable([{ issuer: ISSUER, subject: 'ann' }]);
      const swept = await Promise.all([...stores, ...stores].map((store) => (store as TypeOrmRevocationStore).sweep()));
      expect(swept.sort((a, b) => b - a)).toEqual([1_200, ...swept.slice(1).map(() => 0)]);
      const follower = await RevocationFollower.of(stores[0]);
      expect(follower.changes).toHaveLength(3);
      expect([follower.endOf('ended of late') > 0, follower.endOf('lives') > 0]).toEqual([true, true]);
      expect(follower.isDisabled({ issuer: ISSUER, subject: 'ann' })).toBe(true);
      await follower.close();
    });

    it('says that the store is unavailable when its DataSource is closed, and when its table is missing', async () => {
      const [dataSource] = fixture.dataSources;
      const store = new TypeOrmRevocationStore(dataSource);
      await dataSource.query('DROP TABLE cotter_revocation');
      await expect(store.revoke([token('t', Date.now())])).rejects.toMatchObject({ code: 'store_unavailable' });
      const follower = new RevocationFollower(store);
      await follower.until(() => follower.signals.includes('lost'));
      expect(follower.signals).toEqual(['lost']);
      await follower.close();
      const closed = new TypeOrmRevocationStore(new DataSource({ type: 'sqljs', entities: [CotterRevocation] }));
      await expect(closed.disable([{ issuer: 'i', subject: 's' }])).rejects.toMatchObject({
        code: 'store_unavailable',
      });
    });

    // SQLite lets nobody write while a transaction is open.
    const transactional = engine.clients > 1 && engine.name !== 'better-sqlite3';
    if (transactional)
      it('tells a row that is committed long after it was written', async () => {
        const [first] = fixture.dataSources;
        const realm = `realm-${randomUUID()}`;
        const store = new TypeOrmRevocationStore(first, realm);
        await store.revoke([token('early', Date.now() + HOUR_MS)]);
        const follower = await RevocationFollower.of(fixture.stores(realm)[1] ?? store);

        const runner = first.createQueryRunner();
        await runner.startTransaction();
        const row = await runner.manager.findOneByOrFail(CotterRevocation, { realm });
        const at = new Date();
        const entry = JSON.stringify([ISSUER, 'late']);
        await runner.manager.insert(CotterRevocation, { ...row, id: 'a'.repeat(64), entry, changedAt: at });
        await store.revoke([token('meanwhile', Date.now() + HOUR_MS)]);
        await follower.until(() => follower.endOf('meanwhile') > 0);
        const beats = follower.signals.length;
        await follower.until(() => follower.signals.length >= beats + 2);
        expect(follower.endOf('late')).toBe(0);
        await runner.commitTransaction();
        await runner.release();
        await follower.until(() => follower.endOf('late') > 0);
        expect(follower.signals).not.toContain('lost');
        await follower.close();
      }, 20_000);
  });
}
