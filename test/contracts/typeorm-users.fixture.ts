import type { UsersRepository } from 'nestjs-cotter';
import { CotterEntities, CotterMigrations, CotterUser, TypeOrmUsersRepository } from 'nestjs-cotter/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';

import type { UsersRepositoryFixture } from './users-repository.contract.js';

/** A database of a test's own. */
export interface TestDatabase {
  readonly options: DataSourceOptions;
  drop(): Promise<void>;
}

/** A kind of database that the adapter has to work on. */
export interface Engine {
  readonly name: string;
  /** DataSources that can share one database. */
  readonly clients: number;
  /** @param collation - Of the whole database, where the engine has such a thing. */
  createDatabase(collation?: string): Promise<TestDatabase>;
}

/** The adapter on tables that the migrations made. */
export async function openTypeOrmFixture(engine: Engine): Promise<UsersRepositoryFixture> {
  const database = await engine.createDatabase();
  const dataSources: [DataSource, ...DataSource[]] = [await open(database)];
  await dataSources[0].runMigrations();
  while (dataSources.length < engine.clients) dataSources.push(await open(database));
  const [first] = dataSources;
  return {
    repositories: (realm) => {
      const [one, ...others] = dataSources.map(
        (dataSource) => new TypeOrmUsersRepository(dataSource, CotterUser, realm),
      );
      return [one as UsersRepository, ...others];
    },
    deleteAccount: async (id) => {
      await first.getRepository(CotterUser).delete({ id });
    },
    countAccounts: (realm) => first.getRepository(CotterUser).countBy({ realm }),
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
