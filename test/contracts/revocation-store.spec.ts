import { MemoryRevocationStore } from 'nestjs-cotter';

import { describeTypeOrmRevocations } from './revocation-store.suite.js';
import { describeRevocationStore } from './revocation-store.contract.js';
import { openTypeOrmRevocations } from './revocation-store.fixture.js';
import { sqliteFile, sqlJs, whyBetterSqlite3IsMissing } from './sqlite-engines.js';

describeRevocationStore('one process', () => {
  const byRealm = new Map<string, MemoryRevocationStore>();
  return Promise.resolve({
    stores: (realm) => {
      const store = byRealm.get(realm) ?? new MemoryRevocationStore();
      byRealm.set(realm, store);
      return [store, store];
    },
    close: () => Promise.resolve(),
  });
});

describeRevocationStore(sqlJs.name, () => openTypeOrmRevocations(sqlJs));
describeTypeOrmRevocations(sqlJs);

const missing = whyBetterSqlite3IsMissing();
if (missing === null) {
  describeRevocationStore(sqliteFile.name, () => openTypeOrmRevocations(sqliteFile));
  describeTypeOrmRevocations(sqliteFile);
} else {
  process.stdout.write(`The tests on better-sqlite3 are left out, since it cannot be loaded: ${missing}\n`);
}
