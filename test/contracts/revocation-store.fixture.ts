import { CotterEntities, CotterMigrations, TypeOrmRevocationStore } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import type { RevocationStoreFixture } from './revocation-store.contract.js';
import type { Engine } from './typeorm-users.fixture.js';

/** The TypeORM adapter on tables that the migrations made. */
export async function openTypeOrmRevocations(
  engine: Engine,
): Promise<RevocationStoreFixture & { readonly dataSources: readonly [DataSource, ...DataSource[]] }> {
  const database = await engine.createDatabase();
  const open = (): Promise<DataSource> => {
    const tables = { entities: CotterEntities, migrations: CotterMigrations };
    return new DataSource({ ...database.options, ...tables, synchronize: false, logging: false }).initialize();
  };
  const dataSources: [DataSource, ...DataSource[]] = [await open()];
  await dataSources[0].runMigrations();
  while (dataSources.length < engine.clients) dataSources.push(await open());
  return {
    dataSources,
    stores: (realm) => {
      const [first, ...others] = dataSources;
      return [
        new TypeOrmRevocationStore(first, realm),
        ...others.map((dataSource) => new TypeOrmRevocationStore(dataSource, realm)),
        new TypeOrmRevocationStore(first, realm),
      ];
    },
    close: async () => {
      await Promise.all(dataSources.map((dataSource) => dataSource.destroy()));
      await database.drop();
    },
  };
}
