import { AsyncLocalStorage } from 'node:async_hooks';

import { CotterEntities, CotterMigrations, CotterUser, TypeOrmUsersRepository } from 'nestjs-cotter/typeorm';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';

import { openDatabase, parseDatabaseUrl, runMigrationsOnce } from '../../src/app/database.js';
import type { TestDatabase } from '../contracts/typeorm-users.fixture.js';
import { person } from '../contracts/typeorm-users.suite.js';
import { createServerDatabase } from './database.js';
import { TcpProxy } from './tcp-proxy.js';

const TABLES = { entities: CotterEntities, migrations: CotterMigrations };

/** Does to a DataSource what typeorm-transactional does: its manager and its queries are those of the transaction around the caller. */
function followTransactions(dataSource: DataSource): (work: () => Promise<void>) => Promise<void> {
  const around = new AsyncLocalStorage<EntityManager>();
  const { manager } = dataSource;
  const query = dataSource.query.bind(dataSource);
  Object.defineProperty(dataSource, 'manager', { get: () => around.getStore() ?? manager });
  dataSource.query = (text: string, values?: unknown[], runner?: QueryRunner) =>
    query(text, values, runner ?? dataSource.manager.queryRunner);
  return (work) => manager.transaction((own) => around.run(own, work));
}

/** Declares the tests of what can happen only where the database is a server: it stops, it hangs, others use it too. */
export function describeUsersOnServer(name: string, serverUrl: string): void {
  describe(`users on a ${name} server`, () => {
    let database: TestDatabase & { url: string };
    beforeEach(async () => {
      database = await createServerDatabase(serverUrl);
    });
    afterEach(() => database.drop());

    it('says that the store is unavailable while the server is stopped, and recovers by itself', async () => {
      const proxy = await TcpProxy.to(database.url);
      const dataSource = await openDatabase({ ...parseDatabaseUrl(proxy.url), ...TABLES });
      const users = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
      await users.register(person('ann'));
      const busy = Array.from({ length: 20 }, () => users.findByPair(person('ann').pair));
      expect(await Promise.all(busy)).not.toContain(null);

      await proxy.cut();
      const unavailable = { code: 'store_unavailable', retryAfterSeconds: 5, cause: expect.anything() };
      for (let round = 0; round < 3; round++) {
        await expect(users.findByPair(person('ann').pair)).rejects.toMatchObject(unavailable);
        await expect(users.register(person('bob'))).rejects.toMatchObject(unavailable);
        await expect(
          users.recordLogins([{ accountId: 'x', at: new Date(), authenticationMethod: null }]),
        ).rejects.toMatchObject(unavailable);
      }

      await proxy.open();
      expect(await users.findByPair(person('ann').pair)).not.toBeNull();
      expect(await users.findByPair(person('bob').pair)).toBeNull();
      expect(await users.register(person('bob'))).toMatchObject({ outcome: 'created' });
      await dataSource.destroy();
      await proxy.cut();
    });

    it('stays in the transaction of the caller, where something makes the DataSource follow it', async () => {
      const dataSource = await openDatabase({ ...parseDatabaseUrl(database.url), ...TABLES });
      await dataSource.synchronize();
      const users = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
      const registration = await users.register(person('ann'));
      if (registration.outcome !== 'created') throw new Error(registration.outcome);
      const { id } = registration.account;
      const bob = person('bob');
      const inTransaction = followTransactions(dataSource);

      const undone = inTransaction(async () => {
        expect(await users.setDisabled(id, new Date(5))).toMatchObject({ disabledAt: new Date(5) });
        expect(await users.changeIdentifier(id, bob.identifier)).toMatchObject({ identifier: bob.identifier.value });
        expect(await users.attachPair(id, bob.pair)).toMatchObject({ id, identifier: bob.identifier.value });
        expect(await users.findByPair(bob.pair)).toMatchObject({ id });
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(await users.findByPair(bob.pair)).toBeNull();
      expect(await users.findByPair(person('ann').pair)).toEqual(registration.account);
      await dataSource.destroy();
    });

    it('gives up on a server that falls silent, within five seconds for everyone, and recovers by itself', async () => {
      const proxy = await TcpProxy.to(database.url);
      const dataSource = await openDatabase({ ...parseDatabaseUrl(proxy.url), ...TABLES });
      const users = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
      const ann = person('ann');
      await users.register(ann);
      proxy.fallSilent();
      for (let round = 0; round < 2; round++) {
        const start = performance.now();
        const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => users.findByPair(ann.pair)));
        expect(performance.now() - start).toBeLessThan(5000);
        for (const outcome of outcomes) {
          expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'store_unavailable' } });
        }
      }
      proxy.speak();
      expect(await users.findByPair(ann.pair)).not.toBeNull();
      await dataSource.destroy();
      await proxy.cut();
    }, 20_000);

    it('gives up on a statement that waits for a lock, within five seconds, and writes nothing', async () => {
      const dataSource = await openDatabase({ ...database.options, ...TABLES });
      const users = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
      const blocker = dataSource.createQueryRunner();
      await blocker.startTransaction();
      await blocker.manager.insert(CotterUser, {
        ...{ id: 'blocker', realm: 'cotter', identifier: 'ann@example.com', identifierType: 'EMAIL' as const },
        ...{ createdAt: new Date(0), lastLoginAt: new Date(0) },
      });
      const start = performance.now();
      await expect(users.register(person('ann'))).rejects.toMatchObject({ code: 'store_unavailable' });
      expect(performance.now() - start).toBeLessThan(5000);
      // Everyone else goes on meanwhile.
      expect(await users.register(person('bob'))).toMatchObject({ outcome: 'created' });
      await blocker.rollbackTransaction();
      await blocker.release();
      expect(await users.findByPair(person('ann').pair)).toBeNull();
      expect(await users.register(person('ann'))).toMatchObject({ outcome: 'created' });
      await dataSource.destroy();
    }, 15_000);

    it('lets processes that start at once take turns with the migrations', async () => {
      const options = { ...database.options, ...TABLES };
      const ran = await Promise.all(Array.from({ length: 5 }, () => runMigrationsOnce(options)));
      expect(ran.flat()).toEqual(CotterMigrations.map((migration) => new migration().name));
      const dataSource = await new DataSource(options).initialize();
      const users = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
      expect(await users.register(person('ann'))).toMatchObject({ outcome: 'created' });
      await dataSource.destroy();
    });
  });
}
