import { sqliteFile, sqlJs, whyBetterSqlite3IsMissing } from './sqlite-engines.js';
import { openTypeOrmFixture } from './typeorm-users.fixture.js';
import { describeTypeOrmUsers } from './typeorm-users.suite.js';
import { describeUsersRepository } from './users-repository.contract.js';

describeUsersRepository(sqlJs.name, () => openTypeOrmFixture(sqlJs));
describeTypeOrmUsers(sqlJs);

const missing = whyBetterSqlite3IsMissing();
if (missing === null) {
  describeUsersRepository(sqliteFile.name, () => openTypeOrmFixture(sqliteFile));
  describeTypeOrmUsers(sqliteFile);
} else {
  process.stdout.write(`The tests on better-sqlite3 are left out, since it cannot be loaded: ${missing}\n`);
}
