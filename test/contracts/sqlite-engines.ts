import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Engine } from './typeorm-users.fixture.js';

export const sqlJs: Engine = {
  name: 'sql.js',
  clients: 1,
  createDatabase: () => Promise.resolve({ options: { type: 'sqljs' }, drop: () => Promise.resolve() }),
};

export const sqliteFile: Engine = {
  name: 'better-sqlite3',
  clients: 2,
  createDatabase: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nestjs-cotter-'));
    return {
      options: { type: 'better-sqlite3', database: join(folder, 'test.sqlite'), enableWAL: true },
      drop: () => rm(folder, { recursive: true }),
    };
  },
};

/** It is an optional dependency, compiled where there is no ready-made binary. */
export function whyBetterSqlite3IsMissing(): string | null {
  try {
    const Database = createRequire(__filename)('better-sqlite3') as new (path: string) => { close(): void };
    new Database(':memory:').close();
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}
