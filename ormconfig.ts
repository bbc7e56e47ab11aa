import 'reflect-metadata';
import { DataSource } from 'typeorm';

import { parseDatabaseUrl } from './src/app/database.js';
import { CotterIssuerEntities, CotterIssuerMigrations } from './src/issuer/index.js';
import { CotterEntities, CotterMigrations } from './src/typeorm/index.js';

const options = parseDatabaseUrl(process.env['DATABASE_URL']);

if (options.synchronize === true) {
  process.stdout.write(
    'DATABASE_URL is not set: the database is in memory, makes its own tables, and has nothing to migrate.\n',
  );
}

/** For the TypeORM command line (`npm run migration:run`): the tables of the module and of the issuer. */
export default new DataSource({
  ...options,
  // Without the limits of time that the app gives its statements: a migration may take long.
  extra: {},
  entities: [...CotterEntities, ...CotterIssuerEntities],
  migrations: options.synchronize === true ? [] : [...CotterMigrations, ...CotterIssuerMigrations],
});
