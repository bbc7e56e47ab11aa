import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findFreePort, PrivateServer } from './private-server.js';
import { serverAccount } from './server-account.js';

const PROGRAM = 'pgbouncer';

/** Whether PgBouncer is installed. Says so where it is not: then the tests that need it are to be skipped. */
export function hasPgBouncer(): boolean {
  const answered = spawnSync(PROGRAM, ['--version']).status === 0;
  if (!answered) process.stdout.write('pgbouncer is not installed: the tests behind a pooler are skipped.\n');
  return answered;
}

/**
 * A PgBouncer of a test's own in front of a database, which gives each transaction whatever connection is free.
 *
 * @param poolSize - How many connections to the server it has.
 */
export async function startPgBouncer(databaseUrl: string, poolSize: number): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cotter-pgbouncer-'));
  const port = await findFreePort();
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(file, configuration(new URL(databaseUrl), port, poolSize), { mode: 0o600 });
  const server = new PrivateServer(
    'PgBouncer',
    `postgres://anybody@127.0.0.1:${String(port)}/pooled`,
    { command: PROGRAM, args: [file], options: serverAccount(folder, file), isReady: /process up/ },
    { stop: 'SIGINT', crash: 'SIGKILL' },
    () => {
      rmSync(folder, { recursive: true, force: true });
    },
  );
  await server.start();
  return server;
}

function configuration(url: URL, port: number, poolSize: number): string {
  const target = {
    host: url.hostname,
    port: url.port || '5432',
    dbname: url.pathname.slice(1),
    user: decodeURIComponent(url.username),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
  };
  return [
    '[databases]',
    `pooled = ${Object.entries(target)
      .map(([name, value]) => `${name}='${value}'`)
      .join(' ')}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${String(port)}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    `default_pool_size = ${String(poolSize)}`,
    '',
  ].join('\n');
}
