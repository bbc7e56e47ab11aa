import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CotterEntities, CotterMigrations } from 'nestjs-cotter/typeorm';

import { openDatabase, parseDatabaseUrl } from '../../src/app/database.js';
import { createServerDatabase } from '../services/database.js';

/** A database for a suite of its own. */
export interface LoginDatabase {
  module(): DynamicModule;
  drop(): Promise<void>;
}

/** What the app and the tests use where no `DATABASE_URL` is set. */
export function inMemory(): LoginDatabase {
  return {
    module: () => TypeOrmModule.forRoot({ ...parseDatabaseUrl(undefined), autoLoadEntities: true }),
    drop: () => Promise.resolve(),
  };
}

/** A new database on a server, with the tables that the migrations make. */
export async function onServer(serverUrl: string): Promise<LoginDatabase> {
  const { options, drop } = await createServerDatabase(serverUrl);
  return {
    module: () =>
      TypeOrmModule.forRootAsync({
        useFactory: () => ({ ...options, entities: [...CotterEntities], migrations: [...CotterMigrations] }),
        dataSourceFactory: (given) => openDatabase(given ?? options),
      }),
    drop,
  };
}
