import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CotterModule, UsersService, type NewAccount } from 'nestjs-cotter';
import {
  CotterEntities,
  CotterUser,
  CotterUserIdentity,
  prepareNoStatements,
  TypeOrmRefreshLedger,
  TypeOrmSessionStore,
  TypeOrmUsersRepository,
} from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import { StatementRunner } from '../../src/typeorm/statement-runner.js';
import { sessionOf } from '../contracts/session-store.contract.js';
import { createServerDatabase, findServerUrl } from './database.js';
import { hasPgBouncer, startPgBouncer } from './pgbouncer-server.js';
import type { PrivateServer } from './private-server.js';

const url = findServerUrl('TEST_POSTGRES_URL');
const described = url === null ? describe.skip : describe;
const pooled = url === null || !hasPgBouncer() ? describe.skip : describe;

const WARNING = expect.stringMatching(/^PostgreSQL lost a prepared statement.*prepareStatements: false/) as string;

let database: Awaited<ReturnType<typeof createServerDatabase>>;
let warnings: jest.SpyInstance;
const opened: DataSource[] = [];

async function open(more: object = {}): Promise<DataSource> {
  const own = { entities: [CotterUser, CotterUserIdentity], synchronize: true };
  const dataSource = new DataSource({ ...database.options, ...own, ...more });
  opened.push(dataSource);
  return dataSource.initialize();
}

/** With one connection, whose prepared statements can be looked at. */
async function openOne(more: object = {}): Promise<{ dataSource: DataSource; users: TypeOrmUsersRepository }> {
  const dataSource = await open({ extra: { max: 1 }, ...more });
  return { dataSource, users: new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter') };
}

async function preparedIn(dataSource: DataSource): Promise<string[]> {
  const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM pg_prepared_statements ORDER BY name');
  return rows.map(({ name }) => name);
}

/** How the server goes about the statements that it has prepared, whatever their values. */
async function genericPlansIn(dataSource: DataSource, kind = ''): Promise<string> {
  const prepared = await dataSource.query<{ name: string; count: number }[]>(
    `SELECT name, cardinality(parameter_types) AS count FROM pg_prepared_statements WHERE starts_with(statement, $1)`,
    [kind],
  );
  expect(prepared).not.toEqual([]);
  await dataSource.query('SET plan_cache_mode = force_generic_plan');
  const plans: object[] = [];
  for (const { name, count } of prepared) {
    const values = Array.from({ length: count }, () => 'NULL').join(', ');
    plans.push(...(await dataSource.query<object[]>(`EXPLAIN (COSTS OFF) EXECUTE ${name}(${values})`)));
  }
  await dataSource.query('RESET plan_cache_mode');
  return JSON.stringify(plans);
}

async function visit(users: TypeOrmUsersRepository, name: string): Promise<void> {
  const account = await users.findByPair(person(name).pair);
  if (account === null) throw new Error(`${name} is not known`);
  await users.recordLogins([{ accountId: account.id, at: new Date(), authenticationMethod: 'OTP' }]);
}

beforeEach(async () => {
  if (url === null) return;
  database = await createServerDatabase(url);
  warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
});
afterEach(async () => {
  for (const dataSource of opened.splice(0)) await dataSource.destroy();
  warnings.mockRestore();
  await database.drop();
});

described('statements on PostgreSQL', () => {
  it('are prepared once a connection, however many people log in', async () => {
    const { dataSource, users } = await openOne();
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
    expect(warnings).not.toHaveBeenCalled();
  });

  it('are planned by an index for tables that are new and stay so to the server', async () => {
    const { dataSource, users } = await openOne({ entities: [...CotterEntities] });
    const sessions = new TypeOrmSessionStore(dataSource);
    const ledger = new TypeOrmRefreshLedger(dataSource);
    // PostgreSQL decides on a plan for good after five.
    for (let n = 0; n < 7; n++) {
      const name = `p${String(n)}`;
      const registration = await users.register(person(name));
      if (registration.outcome !== 'created') throw new Error(registration.outcome);
      await users.findByPair(person(name).pair);
      await users.findByIdentifier(person(name).identifier.value);
      await users.getStanding(registration.account.id);
      await ledger.bind(name, person(name).pair, { nowMs: 0, keepMs: 1 });
      await sessions.insert(sessionOf(name));
      await sessions.find(name);
      await sessions.findByFamily(name);
      await sessions.list(name, 10);
      await sessions.replaceTokens(name, 0, 'sealed');
      await sessions.remove(name);
    }
    const prepared = await dataSource.query<{ statement: string; decided: boolean }[]>(
      'SELECT statement, generic_plans > 0 AS decided FROM pg_prepared_statements',
    );
    const kinds = prepared.map(({ statement }) => statement.split(' ')[0]);
    expect(kinds.sort()).toEqual([
      ...['DELETE', 'INSERT', 'INSERT'],
      ...Array<string>(6).fill('SELECT'),
      'UPDATE',
      'WITH',
    ]);
    for (const { statement, decided } of prepared) expect({ statement, decided }).toEqual({ statement, decided: true });
    expect(await genericPlansIn(dataSource)).not.toContain('Seq Scan');
  });

  it('have the same names in every process', async () => {
    const names: string[][] = [];
    for (let process = 0; process < 2; process++) {
      const { dataSource, users } = await openOne();
      await users.findByPair(person('ann').pair);
      names.push(await preparedIn(dataSource));
    }
    expect(names[0]).toHaveLength(1);
    expect(names[1]).toEqual(names[0]);
  });

  it('are not prepared in a transaction, which a lost name would end', async () => {
    const { dataSource } = await openOne();
    await dataSource.transaction(async ({ queryRunner }) => {
      await StatementRunner.of(dataSource).run('SELECT $1::int AS one', [1], queryRunner);
    });
    expect(await preparedIn(dataSource)).toEqual([]);
  });

  it('are not prepared for a driver of the application’s own, which may take texts only', async () => {
    const { dataSource, users } = await openOne({ driver: jest.requireActual<object>('pg') });
    await users.register(person('ann'));
    await visit(users, 'ann');
    expect(await preparedIn(dataSource)).toEqual([]);
  });

  it('are not prepared for stores that the application makes, where it says so', async () => {
    const { dataSource, users } = await openOne();
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
        TypeOrmModule.forRoot({ ...database.options, ...own }),
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
    const { dataSource } = await openOne();
    for (let n = 0; n < 150; n++) {
      const { rows } = await StatementRunner.of(dataSource).run(`SELECT $1::int AS n${String(n)}`, [n]);
      expect(rows).toEqual([{ [`n${String(n)}`]: n }]);
    }
    expect(await preparedIn(dataSource)).toHaveLength(100);
  });

  it('go on without names where those are lost, and say so once', async () => {
    const { dataSource, users } = await openOne();
    await users.register(person('ann'));
    await visit(users, 'ann');
    await dataSource.query('DEALLOCATE ALL');
    const attempts = Array.from({ length: 5 }, () => visit(users, 'ann'));
    await expect(Promise.all(attempts)).resolves.toHaveLength(5);
    expect(await preparedIn(dataSource)).toEqual([]);
    expect(warnings.mock.calls).toEqual([[WARNING]]);
  });

  it('are prepared anew where a column has changed its type meanwhile', async () => {
    const { dataSource, users } = await openOne();
    await users.register(person('ann'));
    await visit(users, 'ann');
    const before = await preparedIn(dataSource);
    await dataSource.query('ALTER TABLE cotter_user ALTER COLUMN "lastAuthenticationMethod" TYPE text');
    await visit(users, 'ann');
    expect(await preparedIn(dataSource)).toEqual(before);
    expect(await users.findByPair(person('ann').pair)).toMatchObject({ lastAuthenticationMethod: 'OTP' });
    expect((await preparedIn(dataSource)).filter((name) => !before.includes(name))).toHaveLength(1);
    expect(warnings).not.toHaveBeenCalled();
  });

  it('run once where something else is not supported, and keep their names', async () => {
    const { dataSource, users } = await openOne();
    await dataSource.query(`
      CREATE SEQUENCE runs;
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM nextval('runs'); RAISE EXCEPTION 'not here' USING ERRCODE = 'feature_not_supported'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON cotter_user FOR EACH ROW EXECUTE FUNCTION refuse();`);
    await expect(users.register(person('ann'))).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await dataSource.query('SELECT last_value FROM runs')).toEqual([{ last_value: '1' }]);
    await users.findByPair(person('ann').pair);
    expect(await preparedIn(dataSource)).not.toEqual([]);
    expect(warnings).not.toHaveBeenCalled();
  });

  it('are planned anew after five seconds and twenty statements, for a table that has grown unnoticed', async () => {
    const { dataSource, users } = await openOne();
    await dataSource.query('ANALYZE');
    const { pair, identifier } = person('ann');
    await users.register(person('ann'));
    const lookUp = async (): Promise<unknown> => [
      await users.findByPair(pair),
      await users.findByIdentifier(identifier.value),
    ];
    for (let n = 0; n < 10; n++) await lookUp();
    const plans = (): Promise<string> => genericPlansIn(dataSource, 'SELECT');
    expect(await plans()).toContain('Seq Scan');

    await dataSource.query(`
      INSERT INTO cotter_user SELECT n::text, realm, n::text, "identifierType", "createdAt", "lastLoginAt"
        FROM cotter_user, generate_series(1, 20000) AS n;
      INSERT INTO cotter_user_identity SELECT n::text, issuer, realm, n::text, "createdAt"
        FROM cotter_user_identity, generate_series(1, 20000) AS n`);
    await lookUp();
    expect(await plans()).toContain('Seq Scan');
    const now = performance.now.bind(performance);
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + 5_000);
    try {
      await lookUp();
      expect(await plans()).not.toContain('Seq Scan');
    } finally {
      clock.mockRestore();
    }
  });

  it('are not prepared by a server that does not let go of plans', async () => {
    const { users } = await openOne();
    for (let n = 0; n < 20; n++) await users.findByPair(person('ann').pair);
    const query = jest.spyOn(
      jest.requireActual<{ Client: { prototype: { query: () => unknown } } }>('pg').Client.prototype,
      'query',
    );
    const now = performance.now.bind(performance);
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now() + 5_000);
    try {
      query.mockImplementationOnce(() => Promise.reject(Object.assign(new Error('syntax error'), { code: '42601' })));
      expect(await users.findByPair(person('ann').pair)).toBeNull();
      expect(query.mock.calls.map(([text]: unknown[]) => text)).toEqual(['DISCARD PLANS', expect.anything()]);
    } finally {
      clock.mockRestore();
      query.mockRestore();
    }
    expect(warnings.mock.calls).toEqual([[expect.stringMatching(/^PostgreSQL does not let go of plans: /)]]);
  });

  it('do not run on a runner that was released', async () => {
    const { dataSource } = await openOne();
    const runner = dataSource.createQueryRunner();
    await runner.connect();
    await runner.release();
    await expect(StatementRunner.of(dataSource).run('SELECT $1::int AS n', [1], runner)).rejects.toThrow(/released/i);
  });

  it('take ids of another type, where the tables have one', async () => {
    const { dataSource, users } = await openOne();
    await dataSource.query(`
      ALTER TABLE cotter_user ALTER COLUMN id TYPE uuid USING id::uuid;
      ALTER TABLE cotter_user_identity ALTER COLUMN "userId" TYPE uuid USING "userId"::uuid`);
    await users.register(person('ann'));
    await visit(users, 'ann');
    const account = await users.findByPair(person('ann').pair);
    expect(account?.lastLoginAt.getTime()).toBeGreaterThan(person('ann').at.getTime());
  });

  it('keep realms apart, where accounts of two have one id', async () => {
    const { dataSource, users } = await openOne();
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
    const { dataSource } = await openOne({ logger, maxQueryExecutionTime: 20 });
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

pooled('behind a pooler of transactions', () => {
  let pooler: PrivateServer | undefined;

  afterEach(async () => {
    await pooler?.destroy();
  });

  it('no login fails, from however many connections and processes', async () => {
    const { users } = await openOne();
    const names = Array.from({ length: 40 }, (_, n) => `p${String(n)}`);
    for (const name of names.slice(0, 20)) await users.register(person(name));

    pooler = await startPgBouncer(database.url, 2);
    const processes = await Promise.all(
      [1, 2, 3].map(() => open({ url: pooler?.url, synchronize: false, extra: { max: 8 } })),
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
    expect(warnings.mock.calls).toEqual([[WARNING], [WARNING], [WARNING]]);
    expect(await opened[0]?.getRepository(CotterUser).count()).toBe(40);
    expect(await opened[0]?.getRepository(CotterUserIdentity).count()).toBe(40);
  });
});

function person(name: string): NewAccount {
  return {
    pair: { issuer: 'https://www.cotter.app', subject: name },
    identifier: { type: 'EMAIL', value: `${name}@example.com` },
    authenticationMethod: 'OTP',
    at: new Date(1_763_700_000_123),
    columns: {},
  };
}
