import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { declareIssuerSchemaSuite } from './issuer-schema.suite.js';
import { declareIssuerStateSuite } from './issuer-state.suite.js';

const folder = mkdtempSync(join(tmpdir(), 'cotter-issuer-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

declareIssuerSchemaSuite('sql.js', () => Promise.resolve({ type: 'sqljs' }));
declareIssuerStateSuite('sql.js', () => Promise.resolve({ type: 'sqljs', migrationsRun: true }));

// An optional dependency: it has to be compiled where it is installed.
const hasBetterSqlite = ((): boolean => {
  try {
    require.resolve('better-sqlite3');
    return true;
  } catch {
    process.stdout.write('better-sqlite3 is not installed: its tests are skipped.\n');
    return false;
  }
})();

(hasBetterSqlite ? describe : describe.skip)('in a file', () => {
  const inFile = (name: string) => () =>
    Promise.resolve({ type: 'better-sqlite3' as const, database: join(folder, name), enableWAL: true });
  declareIssuerSchemaSuite('better-sqlite3', inFile('schema.db'));
  declareIssuerStateSuite('better-sqlite3', inFile('state.db'));
});
