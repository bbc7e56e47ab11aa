import { randomBytes } from 'node:crypto';
import { DataSource, type DataSourceOptions } from 'typeorm';

import { parseDatabaseUrl } from '../../src/app/database.js';
import type { TestDatabase } from '../contracts/typeorm-users.fixture.js';

/**
 * The address of a server for tests.
 *
 * @returns `null`, and says so, where the variable is not set: then the tests of that server are to be skipped.
 */
export function findServerUrl(variable: 'TEST_POSTGRES_URL' | 'TEST_MARIADB_URL'): string | null {
  const url = process.env[variable] ?? '';
  if (url !== '') return url;
  process.stdout.write(`${variable} is not set: the tests that need this server are skipped.\n`);
  return null;
}

/** Makes a database of a test's own on a server, with the options that the app itself would use. */
export async function createServerDatabase(
  serverUrl: string,
  collation?: string,
): Promise<TestDatabase & { url: string }> {
  const name = `cotter_test_${randomBytes(6).toString('hex')}`;
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  const isPostgres = serverUrl.startsWith('postgres');
  await administer(serverUrl, isPostgres ? createPostgres(name) : createMySql(name, collation));
  return {
    url,
    options: parseDatabaseUrl(url),
    drop: () => administer(serverUrl, `DROP DATABASE ${name}${isPostgres ? ' WITH (FORCE)' : ''}`),
  };
}

function createPostgres(name: string): string {
  return `CREATE DATABASE ${name}`;
}

function createMySql(name: string, collation = 'utf8mb4_general_ci'): string {
  return `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE ${collation}`;
}

async function administer(serverUrl: string, statement: string): Promise<void> {
  const options: DataSourceOptions = { ...parseDatabaseUrl(serverUrl), entities: [] };
  const dataSource = await new DataSource(options).initialize();
  try {
    await dataSource.query(statement);
  } finally {
    await dataSource.destroy();
  }
}
