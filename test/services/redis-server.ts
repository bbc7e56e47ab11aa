import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { findFreePort, PrivateServer } from './private-server.js';

const PROGRAM = 'redis-server';

/** Whether there is a Redis to start. Says so where there is none: then the tests that stop Redis are to be skipped. */
export function hasRedisProgram(): boolean {
  try {
    execFileSync(PROGRAM, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stdout.write(`there is no ${PROGRAM}: the tests that stop Redis are skipped.\n`);
    return false;
  }
}

/** Makes an empty server, which runs. It writes down what it is told before it answers, as the stores in Redis ask for. */
export async function startRedisServer(): Promise<PrivateServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cotter-redis-'));
  const port = String(await findFreePort());
  const server = new PrivateServer(
    'Redis',
    `redis://127.0.0.1:${port}`,
    {
      command: PROGRAM,
      args: ['--bind', '127.0.0.1', '--port', port, '--save', '', '--appendonly', 'yes', '--dir', folder],
      options: { cwd: folder },
      isReady: /Ready to accept connections/,
    },
    { stop: 'SIGTERM', crash: 'SIGKILL' },
    () => {
      rmSync(folder, { recursive: true, force: true });
    },
  );
  await server.start();
  return server;
}
