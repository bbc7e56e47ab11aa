import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findFreePort, PrivateServer } from './private-server.js';
import { serverAccount } from './server-account.js';

/** Where Debian and its relatives keep the versions that are installed. */
const VERSIONS = '/usr/lib/postgresql';

/**
 * Where the programs of PostgreSQL are.
 *
 * @returns `null`, and says so, where there are none: then the tests that need a server of their own are to be skipped.
 */
export function findPostgresPrograms(): string | null {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : [];
  const folder = versions
    .map((version) => join(VERSIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
  if (folder !== undefined) return folder;
  process.stdout.write(`no initdb in ${VERSIONS}/*/bin: the tests that stop PostgreSQL are skipped.\n`);
  return null;
}

/** Makes a server with an empty database, which runs. Its files are nobody's business but its own, and may be lost with the machine. */
export async function startPostgresServer(programs: string): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cotter-postgres-'));
  const account = serverAccount(folder);
  execFileSync(
    join(programs, 'initdb'),
    ['--pgdata', folder, '--username', 'cotter', '--auth', 'trust', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'],
    { ...account, stdio: 'pipe' },
  );
  const port = String(await findFreePort());
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'shared_buffers=32MB'];
  const server = new PrivateServer(
    'PostgreSQL',
    `postgres://cotter@127.0.0.1:${port}/postgres`,
    {
      command: join(programs, 'postgres'),
      args: ['-D', folder, '-p', port, ...settings.flatMap((setting) => ['-c', setting])],
      options: account,
      isReady: /ready to accept connections/,
    },
    // "Fast" and "immediate", as PostgreSQL calls them.
    { stop: 'SIGINT', crash: 'SIGQUIT' },
    () => {
      rmSync(folder, { recursive: true, force: true });
    },
  );
  await server.start();
  return server;
}
