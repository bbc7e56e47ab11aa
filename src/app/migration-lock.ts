import type { DataSource } from 'typeorm';

/** The number and the name that processes take turns by. Both are local to the database. */
const POSTGRES_LOCK = 109_330_445_756_786;
const MYSQL_LOCK = "CONCAT('nestjs-cotter:', MD5(DATABASE()))";
const WAIT_SECONDS = 60;

/** Holds a lock of the database while migrations run: `CREATE TABLE` by two processes at once fails in one of them. */
export function withMigrationLock<T>(dataSource: DataSource, migrate: () => Promise<T>): Promise<T> {
  switch (dataSource.options.type) {
    case 'postgres':
      return underPostgresLock(dataSource, migrate);
    case 'mysql':
    case 'mariadb':
      return underMySqlLock(dataSource, migrate);
    default:
      return inTurn(() => persistently(migrate));
  }
}

/** The session holds the lock, so it is free again when the process dies. */
async function underPostgresLock<T>(dataSource: DataSource, migrate: () => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner('master');
  try {
    await runner.query(`SET lock_timeout = '${String(WAIT_SECONDS)}s'`);
    await runner.query('SELECT pg_advisory_lock($1)', [POSTGRES_LOCK]);
    try {
      return await migrate();
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [POSTGRES_LOCK]);
    }
  } finally {
    await runner.release();
  }
}

async function underMySqlLock<T>(dataSource: DataSource, migrate: () => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner('master');
  try {
    const [answer] = (await runner.query(`SELECT GET_LOCK(${MYSQL_LOCK}, ?) AS locked`, [WAIT_SECONDS])) as {
      locked: unknown;
    }[];
    if (Number(answer?.locked) !== 1) throw new Error('Another process has been migrating the database for too long.');
    try {
      return await migrate();
    } finally {
      await runner.query(`SELECT RELEASE_LOCK(${MYSQL_LOCK})`);
    }
  } finally {
    await runner.release();
  }
}

/** Times that a migration is tried on SQLite, which has no locks by name. */
const MAX_TRIES = 5;

/** A process that lost the race finds the tables made when it looks again. */
async function persistently<T>(migrate: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await migrate();
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100 * tries * (1 + Math.random())));
  }
}

let last: Promise<unknown> = Promise.resolve();

/** Two connections of one process to one file would wait for each other with the event loop stopped. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => undefined);
  return turn;
}
