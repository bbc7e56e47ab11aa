import { openTypeOrmFixture, type Engine } from '../contracts/typeorm-users.fixture.js';
import { describeTypeOrmUsers } from '../contracts/typeorm-users.suite.js';
import { describeUsersRepository } from '../contracts/users-repository.contract.js';
import { createServerDatabase, findServerUrl } from './database.js';
import { describeUsersOnServer } from './users-server.suite.js';

const url = findServerUrl('TEST_POSTGRES_URL');

if (url === null) {
  describe.skip('users on PostgreSQL (TEST_POSTGRES_URL is not set)', () => {
    it('are not tested', () => undefined);
  });
} else {
  const engine: Engine = { name: 'PostgreSQL', clients: 3, createDatabase: () => createServerDatabase(url) };
  describeUsersRepository(engine.name, () => openTypeOrmFixture(engine));
  describeTypeOrmUsers(engine);
  describeUsersOnServer(engine.name, url);
}
