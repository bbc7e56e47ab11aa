import { CotterEntities, TypeOrmRefreshLedger, TypeOrmSessionStore } from 'nestjs-cotter/typeorm';
import type { DataSource } from 'typeorm';

import { sessionOf } from '../contracts/session-store.contract.js';
import { person } from '../contracts/typeorm-users.suite.js';
import { hasPostgres, PreparingDatabase } from './prepared-statements.fixture.js';

const described = hasPostgres ? describe : describe.skip;

described('prepared statements', () => {
  const database = PreparingDatabase.forEachTest();

  it('are planned by an index for tables that are new and stay so to the server', async () => {
    const { dataSource, users } = await database.openOne({ entities: [...CotterEntities] });
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
    expect(kinds).toHaveLength(11);
    expect(new Set(kinds)).toEqual(new Set(['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'WITH']));
    for (const { statement, decided } of prepared) expect({ statement, decided }).toEqual({ statement, decided: true });
    expect(await genericPlansIn(dataSource)).not.toContain('Seq Scan');
  });

  it('are planned anew after five seconds and twenty statements, for a table that has grown unnoticed', async () => {
    const { dataSource, users } = await database.openOne();
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
    const { users } = await database.openOne();
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
    expect(database.warnings).toEqual([[expect.stringMatching(/^PostgreSQL does not let go of plans: /)]]);
  });
});

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
