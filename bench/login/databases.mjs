import { randomBytes } from 'node:crypto';

import { say } from '../progress.mjs';

/** The kinds of databases that logins are measured on: SQLite always, PostgreSQL where the environment names a server. */
export async function findDatabases() {
  const sqlite = {
    name: 'sqlite',
    create: async () => ({ options: await sqliteOptions(), drop: async () => undefined }),
  };
  const url = process.env.BENCH_POSTGRES_URL ?? '';
  if (url === '') {
    say('BENCH_POSTGRES_URL is not set: no logins on PostgreSQL');
    return [sqlite];
  }
  return [sqlite, { name: 'postgres', create: () => createPostgres(url) }];
}

/** In memory: what is compared is what is asked of the database, and not the disk. */
async function sqliteOptions() {
  try {
    const { default: Database } = await import('better-sqlite3');
    new Database(':memory:').close();
    return { type: 'better-sqlite3', database: ':memory:' };
  } catch {
    return { type: 'sqljs' };
  }
}

/** A database of a contender's own. */
async function createPostgres(serverUrl) {
  const name = `cotter_bench_${randomBytes(6).toString('hex')}`;
  await administer(serverUrl, `CREATE DATABASE ${name}`);
  return {
    options: { type: 'postgres', url: Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href },
    drop: () => administer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function administer(connectionString, statement) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
