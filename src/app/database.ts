import { DataSource, type DataSourceOptions } from 'typeorm';

import { AppStartError } from './app-start.error.js';
import { withMigrationLock } from './migration-lock.js';
import { dropSilentConnections } from './silent-connections.js';
import { limitStatements } from './statement-limits.js';

const ACCEPTED =
  'must be empty (an in-memory database), sqlite:PATH, postgres://USER:PASSWORD@HOST:PORT/DATABASE or ' +
  'mysql://USER:PASSWORD@HOST:PORT/DATABASE (mariadb:// for MariaDB)';

/** With {@link STATEMENT_TIMEOUT_MS}: whoever waits for a database that hangs gets an answer within five seconds. */
const CONNECT_TIMEOUT_MS = 4_000;
const STATEMENT_TIMEOUT_MS = 4_000;
/** Longer than the server's own limit, which leaves the connection whole. */
const SILENCE_TIMEOUT_MS = 4_500;
const POOL_SIZE = 10;

/** The one record of applied migrations, of the app and of the local issuer, so that the command line can run either's. */
const MIGRATIONS_TABLE = 'cotter_migrations';

type Supported = Extract<DataSourceOptions, { type: 'sqljs' | 'better-sqlite3' | 'postgres' | 'mysql' | 'mariadb' }>;
type WithoutTables<T> = T extends unknown ? Omit<T, 'entities' | 'migrations'> : never;

/** The options of a DataSource without what is in it. */
export type DatabaseOptions = WithoutTables<Supported>;

/**
 * The options of a DataSource for a `DATABASE_URL`, without entities and migrations. The schema is synchronized in memory only;
 * everywhere else it is what the migrations make it.
 *
 * @param url - `null`, `undefined` or empty for an in-memory database, which is gone when its DataSource is destroyed.
 * @throws {@link AppStartError} for everything else than the forms that it names. It never repeats the URL, which may hold a password.
 */
export function parseDatabaseUrl(url: string | null | undefined): DatabaseOptions {
  const text = url?.trim() ?? '';
  if (text === '') return { type: 'sqljs', synchronize: true };
  const path = /^sqlite:(?:\/\/)?(.+)$/.exec(text)?.[1];
  if (path !== undefined) return sqlite(path);
  const parsed = parseServerUrl(text);
  if (['postgres:', 'postgresql:'].includes(parsed.protocol)) return postgres(text);
  if (['mysql:', 'mariadb:'].includes(parsed.protocol)) return mysql(parsed);
  throw refused();
}

/**
 * Opens a database that is ready to use: pending migrations have run, statements end in time. Made to be the `dataSourceFactory` of
 * `TypeOrmModule.forRootAsync`, which closes it too.
 *
 * @param options - From {@link parseDatabaseUrl}, with `entities` and `migrations` added.
 * @throws {@link AppStartError} where `sqlite:` is asked for and its driver is not there.
 */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  try {
    await runMigrationsOnce(options);
    const dataSource = await new DataSource(options).initialize();
    dropSilentConnections(dataSource, SILENCE_TIMEOUT_MS);
    await limitStatements(dataSource, STATEMENT_TIMEOUT_MS);
    return dataSource;
  } catch (error) {
    if (options.type !== 'better-sqlite3' || !/better-sqlite3|bindings/i.test(String(error))) throw error;
    throw new AppStartError(
      'DATABASE_URL asks for SQLite in a file, and the optional package better-sqlite3 is not there: npm install better-sqlite3@12.',
      { cause: error },
    );
  }
}

/**
 * Runs pending migrations, on a connection of their own without a limit of time. Several processes that start at once take turns, and
 * only the first has anything to do.
 *
 * @returns the names of the migrations that ran; none for an in-memory database.
 */
export async function runMigrationsOnce(options: DataSourceOptions): Promise<readonly string[]> {
  if (options.synchronize === true) return [];
  const patient = { ...options, entities: [], extra: {}, poolSize: options.type === 'better-sqlite3' ? undefined : 2 };
  const dataSource = await new DataSource(patient as DataSourceOptions).initialize();
  try {
    const ran = await withMigrationLock(dataSource, () => dataSource.runMigrations());
    return ran.map(({ name }) => name);
  } finally {
    await dataSource.destroy();
  }
}

function parseServerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isComplete = url !== null && url.hostname !== '' && /^\/[^/]+$/.test(url.pathname);
  // A per cent sign that stands for itself, as passwords have them, must be written %25.
  if (!isComplete || /%(?![0-9a-f]{2})/i.test(text)) throw refused();
  return url;
}

function sqlite(path: string): DatabaseOptions {
  if (path === ':memory:') throw new AppStartError(`DATABASE_URL ${ACCEPTED}.`);
  return {
    type: 'better-sqlite3',
    database: path,
    enableWAL: true,
    synchronize: false,
    migrationsTableName: MIGRATIONS_TABLE,
  };
}

function postgres(url: string): DatabaseOptions {
  return {
    type: 'postgres',
    url,
    synchronize: false,
    migrationsTableName: MIGRATIONS_TABLE,
    applicationName: 'nestjs-cotter',
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: 10_000,
      keepAlive: true,
    },
  };
}

function mysql(url: URL): DatabaseOptions {
  // TypeORM would leave out the query of a URL without a word.
  if (url.search !== '') {
    throw new AppStartError('DATABASE_URL must not have a query (?...): none of its options would reach the driver.');
  }
  return {
    // On MariaDB, TypeORM reads the schema right only where it knows what it talks to.
    type: url.protocol === 'mariadb:' ? 'mariadb' : 'mysql',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 3306 : Number(url.port),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    charset: 'utf8mb4',
    synchronize: false,
    migrationsTableName: MIGRATIONS_TABLE,
    poolSize: POOL_SIZE,
    connectTimeout: CONNECT_TIMEOUT_MS,
    extra: { queueLimit: 1_000 },
  };
}

function refused(): AppStartError {
  return new AppStartError(`DATABASE_URL ${ACCEPTED}.`);
}
