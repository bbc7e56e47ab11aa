import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openTypeOrmFixture, type Engine } from './typeorm-users.fixture.js';
import { describeTypeOrmUsers } from './typeorm-users.suite.js';
import { describeUsersRepository } from './users-repository.contract.js';

const sqlJs: Engine = {
  name: 'sql.js',
  clients: 1,
  createDatabase: () => Promise.resolve({ options: { type: 'sqljs' }, drop: () => Promise.resolve() }),
};

const sqliteFile: Engine = {
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

describeUsersRepository(sqlJs.name, () => openTypeOrmFixture(sqlJs));
describeTypeOrmUsers(sqlJs);

const missing = whyBetterSqlite3IsMissing();
if (missing === null) {
  describeUsersRepository(sqliteFile.name, () => openTypeOrmFixture(sqliteFile));
  describeTypeOrmUsers(sqliteFile);
} else {
  process.stdout.write(`The tests on better-sqlite3 are left out, since it cannot be loaded: ${missing}\n`);
}

/** It is an optional dependency, compiled where there is no ready-made binary. */
function whyBetterSqlite3IsMissing(): string | null {
  try {
    const Database = createRequire(__filename)('better-sqlite3') as new (path: string) => { close(): void };
    new Database(':memory:').close();
    return null;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}
