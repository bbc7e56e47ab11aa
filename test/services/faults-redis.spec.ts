import { FaultsWorld } from './faults-world.js';
import { describeFaults } from './faults.suite.js';
import { findPostgresPrograms } from './postgres-server.js';
import { hasRedisProgram } from './redis-server.js';

jest.setTimeout(30_000);

const programs = findPostgresPrograms();

if (programs === null || !hasRedisProgram()) {
  describe.skip('faults with sessions in Redis (it is not there, or PostgreSQL is not)', () => {
    it('are not tested', () => undefined);
  });
} else {
  describeFaults('Redis', () => FaultsWorld.open(programs, true), [
    ['PostgreSQL', 'is stopped'],
    ['Redis', 'is stopped'],
    ['Redis', 'crashes'],
    ['Redis', 'freezes'],
  ]);
}
