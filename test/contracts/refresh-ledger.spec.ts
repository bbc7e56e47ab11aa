import { inspect } from 'node:util';

import { MemoryRefreshLedger } from 'nestjs-cotter';
import { CotterEntities, CotterMigrations, CotterUser, TypeOrmRefreshLedger } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import { describeRefreshLedger, type RefreshLedgerFixture } from './refresh-ledger.contract.js';
import { openLedgerFixture } from './refresh-ledger.fixture.js';
import { sqliteFile, sqlJs, whyBetterSqlite3IsMissing } from './sqlite-engines.js';

describeRefreshLedger('memory', () => {
  const ledgers = new Map<string, Kept>();
  const fixture: RefreshLedgerFixture = {
    isSwept: true,
    ledgers: (realm) => {
      const ledger = ledgers.get(realm) ?? new Kept();
      ledgers.set(realm, ledger);
      return [ledger];
    },
    dump: (realm) => Promise.resolve(ledgers.get(realm)?.dump() ?? ''),
    close: () => Promise.resolve(),
  };
  return Promise.resolve(fixture);
});

class Kept extends MemoryRefreshLedger {
  dump(): string {
    return inspect(this.rows, { depth: 10, maxArrayLength: null });
  }
}

describeRefreshLedger(sqlJs.name, () => openLedgerFixture(sqlJs));

const missing = whyBetterSqlite3IsMissing();
if (missing === null) {
  describeRefreshLedger(sqliteFile.name, () => openLedgerFixture(sqliteFile));
} else {
  process.stdout.write(`The tests on better-sqlite3 are left out, since it cannot be loaded: ${missing}\n`);
}

describe('the ledger in TypeORM', () => {
  it('says at once what the DataSource lacks', async () => {
    const dataSource = await new DataSource({ type: 'sqljs', entities: [CotterUser] }).initialize();
    expect(() => new TypeOrmRefreshLedger(dataSource)).toThrow(/^refreshLedger: the entity CotterRefreshToken must be/);
    await dataSource.destroy();
    expect(() => new TypeOrmRefreshLedger(dataSource, 'n'.repeat(65))).toThrow(/^name: must have at most 64/);
    await expect(new TypeOrmRefreshLedger(dataSource).revoke('a', { nowMs: 0, keepMs: 0 })).rejects.toMatchObject({
      code: 'store_unavailable',
      retryAfterSeconds: 5,
    });
  });

  it('has the same table by its migrations as by its entities', async () => {
    const options = { type: 'sqljs', entities: CotterEntities, migrations: CotterMigrations } as const;
    const dataSource = await new DataSource(options).initialize();
    await dataSource.runMigrations();
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query).filter((query) => query.includes('refresh'))).toEqual([]);
    const count = () => dataSource.query<unknown[]>("SELECT * FROM sqlite_master WHERE name = 'cotter_refresh_token'");
    await expect(count()).resolves.toHaveLength(1);
    for (const _ of CotterMigrations) await dataSource.undoLastMigration();
    await expect(count()).resolves.toHaveLength(0);
    await dataSource.destroy();
  });
});

describe('the ledger in memory', () => {
  it('forgets what was touched longest ago, where there is too much', async () => {
    const ledger = new MemoryRefreshLedger(2);
    const owner = { issuer: 'https://www.cotter.app', subject: 'ann' };
    const time = { nowMs: 0, keepMs: 1 };
    for (const hash of ['a', 'b', 'c']) await ledger.bind(hash, owner, time);
    expect(ledger.size).toBe(2);
    await expect(ledger.bind('b', { ...owner, subject: 'bob' }, time)).resolves.toEqual({ outcome: 'foreign' });
    await expect(ledger.bind('a', { ...owner, subject: 'bob' }, time)).resolves.toEqual({
      outcome: 'bound',
      family: 'a',
    });
  });
});
