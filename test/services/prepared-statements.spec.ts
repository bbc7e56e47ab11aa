import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CotterModule, UsersService } from 'nestjs-cotter';
import { CotterEntities, CotterUser, prepareNoStatements, TypeOrmUsersRepository } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import { StatementRunner } from '../../src/typeorm/statement-runner.js';
import { person } from '../contracts/typeorm-users.suite.js';
import { hasPostgres, preparedIn, PreparingDatabase, visit } from './prepared-statements.fixture.js';

const described = hasPostgres ? describe : describe.skip;

described('statements on PostgreSQL', () => {
  const database = PreparingDatabase.forEachTest();

  it('are prepared once a connection, however many people log in', async () => {
    const { dataSource, users } = await database.openOne();
    await users.register(person('ann'));
    await visit(users, 'ann');
    const names = await preparedIn(dataSource);
    expect(names).toHaveLength(2);
    for (const name of names) expect(name).toMatch(/^cotter_[0-9a-f]{32}$/);
    for (let n = 0; n < 20; n++) {
      await users.register(person(`p${String(n)}`));
      await visit(users, `p${String(n)}`);
    }
    expect(await preparedIn(dataSource)).toEqual(names);
    expect(database.warnings).toEqual([]);
  });

  it('have the same names in every process', async () => {
    const names: string[][] = [];
    for (let process = 0; process < 2; process++) {
      const { dataSource, users } = await database.openOne();
      await users.findByPair(person('ann').pair);
      names.push(await preparedIn(dataSource));
    }
    expect(names[0]).toHaveLength(1);
    expect(names[1]).toEqual(names[0]);
  });

  it('are not prepared in a transaction, which a lost name would end', async () => {
    const { dataSource } = await database.openOne();
    await dataSource.transaction(async ({ queryRunner }) => {
      await StatementRunner.of(dataSource).run('SELECT $1::int AS one', [1], queryRunner);
    });
    expect(await preparedIn(dataSource)).toEqual([]);
  });

  it('are not prepared for a driver of the application’s own, which may take texts only', async () => {
    const { dataSource, users } = await database.openOne({ driver: jest.requireActual<object>('pg') });
    await users.register(person('ann'));
    await visit(users, 'ann');
    expect(await preparedIn(dataSource)).toEqual([]);
  });

  it('are not prepared for stores that the application makes, where it says so', async () => {
    const { dataSource, users } = await database.openOne();
    prepareNoStatements(dataSource);
    await users.register(person('ann'));
    await visit(users, 'ann');
    expect(await preparedIn(dataSource)).toEqual([]);
  });

  it.each([
    [true, 1],
    [false, 0],
  ])('are prepared as the application says: %s', async (prepareStatements, expected) => {
    const own = { entities: [...CotterEntities], synchronize: true, extra: { max: 1 } };
    const app = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({ ...database.settings.options, ...own }),
        CotterModule.forRoot({ apiKeyId: 'a-key', prepareStatements }),
      ],
    }).compile();
    try {
      expect(await app.get(UsersService).findByPrincipal(person('ann').pair)).toBeNull();
      const names = await preparedIn(app.get(DataSource));
      expect(names).toHaveLength(expected);
    } finally {
      await app.close();
    }
  });

  it('stop at a number of texts', async () => {
    const { dataSource } = await database.openOne();
    for (let n = 0; n < 150; n++) {
      const { rows } = await StatementRunner.of(dataSource).run(`SELECT $1::int AS n${String(n)}`, [n]);
      expect(rows).toEqual([{ [`n${String(n)}`]: n }]);
    }
    expect(await preparedIn(dataSource)).toHaveLength(100);
  });

  it('go on without names where those are lost, and say so once', async () => {
    const { dataSource, users } = await database.openOne();
    await users.register(person('ann'));
    await visit(users, 'ann');
    await dataSource.query('DEALLOCATE ALL');
    const attempts = Array.from({ length: 5 }, () => visit(users, 'ann'));
    await expect(Promise.all(attempts)).resolves.toHaveLength(5);
    expect(await preparedIn(dataSource)).toEqual([]);
    expect(database.warnings).toEqual([
      [expect.stringMatching(/^PostgreSQL lost a prepared statement.*prepareStatements: false/)],
    ]);
  });

  it('are prepared anew where a column has changed its type meanwhile', async () => {
    const { dataSource, users } = await database.openOne();
    await users.register(person('ann'));
    await visit(users, 'ann');
    const before = await preparedIn(dataSource);
    await dataSource.query('ALTER TABLE cotter_user ALTER COLUMN "lastAuthenticationMethod" TYPE text');
    await visit(users, 'ann');
    expect(await preparedIn(dataSource)).toEqual(before);
    expect(await users.findByPair(person('ann').pair)).toMatchObject({ lastAuthenticationMethod: 'OTP' });
    expect((await preparedIn(dataSource)).filter((name) => !before.includes(name))).toHaveLength(1);
    expect(database.warnings).toEqual([]);
  });

  it('run once where something else is not supported, and keep their names', async () => {
    const { dataSource, users } = await database.openOne();
    await dataSource.query(`
      CREATE SEQUENCE runs;
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM nextval('runs'); RAISE EXCEPTION 'not here' USING ERRCODE = 'feature_not_supported'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON cotter_user FOR EACH ROW EXECUTE FUNCTION refuse();`);
    await expect(users.register(person('ann'))).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await dataSource.query('SELECT last_value FROM runs')).toEqual([{ last_value: '1' }]);
    await users.findByPair(person('ann').pair);
    expect(await preparedIn(dataSource)).not.toEqual([]);
    expect(database.warnings).toEqual([]);
  });

  it('do not run on a runner that was released', async () => {
    const { dataSource } = await database.openOne();
    const runner = dataSource.createQueryRunner();
    await runner.connect();
    await runner.release();
    await expect(StatementRunner.of(dataSource).run('SELECT $1::int AS n', [1], runner)).rejects.toThrow(/released/i);
  });

  it('take ids of another type, where the tables have one', async () => {
    const { dataSource, users } = await database.openOne();
    await dataSource.query(`
      ALTER TABLE cotter_user ALTER COLUMN id TYPE uuid USING id::uuid;
      ALTER TABLE cotter_user_identity ALTER COLUMN "userId" TYPE uuid USING "userId"::uuid`);
    await users.register(person('ann'));
    await visit(users, 'ann');
    const account = await users.findByPair(person('ann').pair);
    expect(account?.lastLoginAt.getTime()).toBeGreaterThan(person('ann').at.getTime());
  });

  it('keep realms apart, where accounts of two have one id', async () => {
    const { dataSource, users } = await database.openOne();
    const [key] = await dataSource.query<{ name: string }[]>(
      `SELECT conname AS name FROM pg_constraint WHERE conrelid = 'cotter_user'::regclass AND contype = 'p'`,
    );
    await dataSource.query(`ALTER TABLE cotter_user DROP CONSTRAINT "${key?.name}", ADD PRIMARY KEY (id, realm)`);
    const others = new TypeOrmUsersRepository(dataSource, CotterUser, 'others');
    const registration = await users.register(person('ann'));
    await others.register(person('bob'));
    if (registration.outcome !== 'created') throw new Error(registration.outcome);
    const { id } = registration.account;
    await dataSource.query(`UPDATE cotter_user SET id = $1`, [id]);
    await dataSource.query(`UPDATE cotter_user_identity SET "userId" = $1`, [id]);
    for (const [repository, name] of [
      [users, 'ann'],
      [others, 'bob'],
    ] as const) {
      expect(await repository.findByPair(person(name).pair)).toMatchObject({ id, identifier: `${name}@example.com` });
      expect(await repository.setDisabled(id, new Date(1))).toMatchObject({ identifier: `${name}@example.com` });
    }
  });

  it('fail as those of TypeORM do, and are logged as they are', async () => {
    const seen: unknown[] = [];
    const logger = {
      ...{ logSchemaBuild: () => undefined, logMigration: () => undefined, log: () => undefined },
      logQuery: (text: string, values?: unknown[]) => seen.push(['query', text, values]),
      logQueryError: (error: string | Error, text: string) => seen.push(['error', (error as Error).message, text]),
      logQuerySlow: (_: number, text: string) => seen.push(['slow', text]),
    };
    const { dataSource } = await database.openOne({ logger, maxQueryExecutionTime: 20 });
    const runner = StatementRunner.of(dataSource);
    seen.length = 0;
    await expect(runner.run('SELECT 1/$1::int AS n', [0])).rejects.toMatchObject({
      name: 'QueryFailedError',
      query: 'SELECT 1/$1::int AS n',
      parameters: [0],
      driverError: { code: '22012' },
    });
    await runner.run('SELECT pg_sleep($1)::text AS n', [0.05]);
    expect(seen).toEqual([
      ['query', 'SELECT 1/$1::int AS n', [0]],
      ['error', 'division by zero', 'SELECT 1/$1::int AS n'],
      ['query', 'SELECT pg_sleep($1)::text AS n', [0.05]],
      ['slow', 'SELECT pg_sleep($1)::text AS n'],
    ]);
  });
});
