import { CotterEntities, CotterMigrations, CotterUser, TypeOrmUsersRepository } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import { openTypeOrmFixture, type Engine } from '../contracts/typeorm-users.fixture.js';
import { describeTypeOrmUsers, person } from '../contracts/typeorm-users.suite.js';
import { describeUsersRepository } from '../contracts/users-repository.contract.js';
import { createServerDatabase, findServerUrl } from './database.js';
import { describeUsersOnServer } from './users-server.suite.js';

// TypeORM compares schemas right only where it knows that the server is a MariaDB.
const url = findServerUrl('TEST_MARIADB_URL')?.replace(/^mysql:/, 'mariadb:') ?? null;

if (url === null) {
  describe.skip('users on MariaDB (TEST_MARIADB_URL is not set)', () => {
    it('are not tested', () => undefined);
  });
} else {
  // The usual collation, so that the tables have to bring their own.
  const engine: Engine = {
    name: 'MariaDB',
    clients: 3,
    createDatabase: (collation) => createServerDatabase(url, collation),
  };
  describeUsersRepository(engine.name, () => openTypeOrmFixture(engine));
  // As most applications name it, whatever the server is.
  const asMySql: Engine = {
    name: 'MariaDB by the type mysql',
    clients: 3,
    createDatabase: () => createServerDatabase(url.replace(/^mariadb:/, 'mysql:')),
  };
  describeUsersRepository(asMySql.name, () => openTypeOrmFixture(asMySql));
  describeTypeOrmUsers(engine);
  describeUsersOnServer(engine.name, url);

  describe('users in tables of a collation that ignores case and accents', () => {
    it('are never taken for each other: the repository refuses to answer', async () => {
      const database = await createServerDatabase(url, 'utf8mb4_general_ci');
      const options = {
        ...database.options,
        entities: CotterEntities,
        migrations: CotterMigrations,
        synchronize: true,
      };
      const dataSource = await new DataSource(options).initialize();
      const users = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
      await users.register(person('jose'));

      const refusal = { code: 'store_unavailable', cause: { message: expect.stringContaining('binary collation') } };
      const other = person('other');
      await expect(users.findByPair(person('José').pair)).rejects.toMatchObject(refusal);
      await expect(users.findByIdentifier('josé@example.com')).rejects.toMatchObject(refusal);
      await expect(users.register(person('josé'))).rejects.toMatchObject(refusal);
      await expect(users.register({ ...other, pair: person('JOSE').pair })).rejects.toMatchObject(refusal);
      await expect(users.register({ ...other, identifier: person('José').identifier })).rejects.toMatchObject(refusal);
      const bob = await users.register(person('bob'));
      if (bob.outcome === 'identifier_taken') throw new Error('bob is new');
      await expect(users.attachPair(bob.account.id, person('JOSE').pair)).rejects.toMatchObject(refusal);
      expect(await dataSource.getRepository(CotterUser).count()).toBe(2);

      await dataSource.destroy();
      await database.drop();
    });
  });
}
