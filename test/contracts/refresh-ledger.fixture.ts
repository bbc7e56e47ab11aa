import { CotterEntities, CotterMigrations, CotterRefreshToken, TypeOrmRefreshLedger } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import type { RefreshLedgerFixture } from './refresh-ledger.contract.js';
import type { Engine, TestDatabase } from './typeorm-users.fixture.js';

/** The ledger on a table that the migrations made. */
export async function openLedgerFixture(engine: Engine): Promise<RefreshLedgerFixture> {
  const database = await engine.createDatabase();
  const dataSources: [DataSource, ...DataSource[]] = [await open(database)];
  await dataSources[0].runMigrations();
  while (dataSources.length < engine.clients) dataSources.push(await open(database));
  const [first, ...others] = dataSources;
  return {
    isSwept: true,
    ledgers: (realm) => [
      new TypeOrmRefreshLedger(first, realm),
      ...others.map((dataSource) => new TypeOrmRefreshLedger(dataSource, realm)),
    ],
    dump: async (realm) => JSON.stringify(await first.getRepository(CotterRefreshToken).findBy({ realm })),
    close: async () => {
      await Promise.all(dataSources.map((dataSource) => dataSource.destroy()));
      await database.drop();
    },
  };
}

function open({ options }: TestDatabase): Promise<DataSource> {
  const tables = {
    entities: CotterEntities,
    migrations: CotterMigrations,
    synchronize: false,
    logging: false as const,
  };
  return new DataSource({ ...options, ...tables }).initialize();
}
