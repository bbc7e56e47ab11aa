import { FaultsWorld } from './faults-world.js';
import { describeFaults } from './faults.suite.js';
import { findPostgresPrograms } from './postgres-server.js';

jest.setTimeout(30_000);

const programs = findPostgresPrograms();

if (programs === null) {
  describe.skip('faults with sessions in PostgreSQL (it is not there)', () => {
    it('are not tested', () => undefined);
  });
} else {
  describeFaults('PostgreSQL', () => FaultsWorld.open(programs, false), [
    ['PostgreSQL', 'is stopped'],
    ['PostgreSQL', 'crashes'],
    ['PostgreSQL', 'freezes'],
  ]);
}
