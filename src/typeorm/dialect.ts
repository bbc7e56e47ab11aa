import type { DataSource } from 'typeorm';

/** What belongs to a DataSource: TypeORM 1 calls it `dataSource`, TypeORM 0.3 `connection`. */
interface Owned {
  readonly dataSource?: DataSource;
  readonly connection?: DataSource;
}

const MYSQL_FAMILY = ['mysql', 'mariadb', 'aurora-mysql'];
const SQLITE_FAMILY = [
  'sqljs',
  'better-sqlite3',
  'sqlite',
  'capacitor',
  'cordova',
  'expo',
  'nativescript',
  'react-native',
];

/** Whether a query runner or an entity manager talks to MySQL or MariaDB. */
export function isMySql(owned: Owned): boolean {
  return MYSQL_FAMILY.includes(typeOf(owned));
}

/** Whether a query runner, an entity manager or a DataSource talks to PostgreSQL. */
export function isPostgres(owned: Owned): boolean {
  return typeOf(owned) === 'postgres';
}

/** Whether all statements of a DataSource share one connection, as those of SQLite do. */
export function hasOneConnection(owned: Owned): boolean {
  return SQLITE_FAMILY.includes(typeOf(owned));
}

/** @throws {@link TypeError} where there is none. */
export function dataSourceOf({ dataSource, connection }: Owned): DataSource {
  const owner = dataSource ?? connection;
  if (owner === undefined) throw new TypeError('belongs to no DataSource');
  return owner;
}

function typeOf({ dataSource, connection }: Owned): string {
  return (dataSource ?? connection)?.options.type ?? '';
}
