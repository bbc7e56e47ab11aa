import { CotterUser, CotterUserIdentity, TypeOrmUsersRepository } from 'nestjs-cotter/typeorm';

import { person } from '../contracts/typeorm-users.suite.js';
import { hasPgBouncer, startPgBouncer } from './pgbouncer-server.js';
import { hasPostgres, PreparingDatabase, visit } from './prepared-statements.fixture.js';
import type { PrivateServer } from './private-server.js';

const described = hasPostgres && hasPgBouncer() ? describe : describe.skip;

const WARNING = expect.stringMatching(/^PostgreSQL lost a prepared statement/) as string;

described('behind a pooler of transactions', () => {
  const database = PreparingDatabase.forEachTest();
  let pooler: PrivateServer | undefined;

  afterEach(async () => {
    await pooler?.destroy();
  });

  it('no login fails, from however many connections and processes', async () => {
    const { dataSource: direct, users } = await database.openOne();
    const names = Array.from({ length: 40 }, (_, n) => `p${String(n)}`);
    for (const name of names.slice(0, 20)) await users.register(person(name));

    pooler = await startPgBouncer(database.settings.url, 2);
    const processes = await Promise.all(
      [1, 2, 3].map(() => database.open({ url: pooler?.url, synchronize: false, extra: { max: 8 } })),
    );
    const logins = processes.flatMap((dataSource) => {
      const repository = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
      return names.map(async (name) => {
        await repository.register(person(name));
        await visit(repository, name);
      });
    });
    await expect(Promise.all(logins)).resolves.toHaveLength(120);
    // Each of the three had its names lost: two connections had one another's.
    expect(database.warnings).toEqual(Array(3).fill([WARNING]));
    expect(await direct.getRepository(CotterUser).count()).toBe(40);
    expect(await direct.getRepository(CotterUserIdentity).count()).toBe(40);
  });
});
