import { CotterEntities, CotterMigrations, TypeOrmSessionStore } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import type { SessionStoreFixture } from './session-store.contract.js';
import type { Engine, TestDatabase } from './typeorm-users.fixture.js';

export type TypeOrmSessions = SessionStoreFixture & { readonly dataSources: readonly [DataSource, ...DataSource[]] };

/** The store on tables that the migrations made. */
export async function openTypeOrmSessions(engine: Engine): Promise<TypeOrmSessions> {
  const database = await engine.createDatabase();
  const dataSources: [DataSource, ...DataSource[]] = [await open(database)];
  await dataSources[0].runMigrations();
  while (dataSources.length < engine.clients) dataSources.push(await open(database));
  const [first, ...others] = dataSources;
  return {
    isSwept: true,
    dataSources,
    stores: (realm) => [
      new TypeOrmSessionStore(first, realm),
      ...others.map((dataSource) => new TypeOrmSessionStore(dataSource, realm)),
    ],
    close: async () => {
      await Promise.all(dataSources.map((dataSource) => dataSource.destroy()));
      await database.drop();
    },
  };
}

function open({ options }: TestDatabase): Promise<DataSource> {
  const tables = { entities: CotterEntities, migrations: CotterMigrations, logging: false as const };
  return new DataSource({ ...options, ...tables, synchronize: false }).initialize();
}
