import type { DataSource } from 'typeorm';

/** What this file uses of mysql2. */
interface MySqlPool {
  on(
    event: 'connection',
    listener: (connection: { query(sql: string, done: (error: unknown) => void): void }) => void,
  ): void;
}

/**
 * Gives each statement on MySQL and MariaDB a time limit that the server keeps. mysql2 has no option for that: its own timeout leaves
 * the connection busy. PostgreSQL is told when the connection is made, and SQLite does not wait for anyone.
 */
export async function limitStatements(dataSource: DataSource, timeoutMs: number): Promise<void> {
  if (!['mysql', 'mariadb'].includes(dataSource.options.type)) return;
  const [answer] = await dataSource.query<{ version: string }[]>('SELECT VERSION() AS version');
  const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
  const limit = /mariadb/i.test(answer?.version ?? '')
    ? `max_statement_time = ${String(timeoutMs / 1000)}`
    : `max_execution_time = ${String(timeoutMs)}`;
  const statement = `SET SESSION ${limit}, innodb_lock_wait_timeout = ${String(seconds)}`;
  const { driver } = dataSource;
  if ('pool' in driver) {
    const pool = driver.pool as MySqlPool;
    // An unlimited connection is better than none.
    pool.on('connection', (connection) => connection.query(statement, () => undefined));
  }
  // The connection that there is already.
  await dataSource.query(statement);
}
