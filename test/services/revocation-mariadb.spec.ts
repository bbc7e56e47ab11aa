import { openTypeOrmRevocations } from '../contracts/revocation-store.fixture.js';
import { describeRevocationStore } from '../contracts/revocation-store.contract.js';
import { describeTypeOrmRevocations } from '../contracts/revocation-store.suite.js';
import type { Engine } from '../contracts/typeorm-users.fixture.js';
import { createServerDatabase, findServerUrl } from './database.js';
import { describeRevocationOutage } from './revocation-outage.suite.js';
import { openDatabaseOutage } from './revocation-outage.fixture.js';

const url = findServerUrl('TEST_MARIADB_URL')?.replace(/^mysql:/, 'mariadb:') ?? null;

if (url === null) {
  describe.skip('revocations on MariaDB (TEST_MARIADB_URL is not set)', () => {
    it('are not tested', () => undefined);
  });
} else {
  const engine: Engine = { name: 'MariaDB', clients: 3, createDatabase: () => createServerDatabase(url) };
  describeRevocationStore(engine.name, () => openTypeOrmRevocations(engine));
  describeTypeOrmRevocations(engine);
  describeRevocationOutage(engine.name, () => openDatabaseOutage(url));
}
