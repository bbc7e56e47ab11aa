import type { SessionStore } from 'nestjs-cotter';
import { TypeOrmSessionStore } from 'nestjs-cotter/typeorm';
import type { DataSource } from 'typeorm';

import { sessionOf } from '../contracts/session-store.contract.js';
import { openTypeOrmSessions, type TypeOrmSessions } from '../contracts/session-store.fixture.js';
import type { Engine } from '../contracts/typeorm-users.fixture.js';

const ROWS = 20_000;
const SEED = `
  INSERT INTO cotter_session (handle, realm, "accountId", issuer, subject, "startedAt", "lastSeenAt", "expiresAt", version, family)
  SELECT md5(n::text), 'cotter', md5((n / 3)::text), 'https://www.cotter.app', n::text, n, n, n * 1000, 0,
    CASE WHEN n % 2 = 0 THEN md5('f' || n::text) END
  FROM generate_series(1, ${String(ROWS)}) AS n`;

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Declares the tests that PostgreSQL finds its way to a session by an index. */
export function describeSessionPlans(engine: Engine): void {
  describe(`the plans of ${engine.name} for sessions`, () => {
    let fixture: TypeOrmSessions;
    let store: SessionStore;
    let dataSource: DataSource;

    beforeAll(async () => {
      fixture = await openTypeOrmSessions({ ...engine, clients: 1 });
      [dataSource] = fixture.dataSources;
      store = new TypeOrmSessionStore(dataSource);
      await dataSource.query(SEED);
      await dataSource.query('VACUUM ANALYZE cotter_session');
    });
    afterAll(() => fixture.close());

    /** What was sent to the database meanwhile. */
    async function statementsOf(work: () => Promise<unknown>): Promise<readonly Statement[]> {
      const statements: Statement[] = [];
      const { logger } = dataSource;
      const logQuery = (text: string, values: unknown[] = []): number => statements.push({ text, values });
      dataSource.logger = { ...logger, logQuery, logQueryError: () => undefined, logQuerySlow: () => undefined };
      await work().finally(() => (dataSource.logger = logger));
      return statements;
    }

    async function planOf({ text, values }: Statement): Promise<string> {
      const rows = await dataSource.query<Record<string, unknown>[]>(`EXPLAIN (COSTS OFF) ${text}`, [...values]);
      return rows.map((row) => String(row['QUERY PLAN'])).join('\n');
    }

    it.each<[string, (store: SessionStore) => Promise<unknown>, RegExp]>([
      ['find', (whom) => whom.find('a'), /^Index Scan using "PK_\w+" on cotter_session\n {2}Index Cond: .*\(handle\)/],
      ['findByFamily', (whom) => whom.findByFamily('a'), /Index Scan using "IDX_\w+" .*\n\s+Index Cond: .*\(family\)/],
      ['list', (whom) => whom.list('a', 10), /Index Scan .*"IDX_\w+".*\n\s+Index Cond: .*"accountId"/],
      ['replaceTokens', (whom) => whom.replaceTokens('a', 0, 'b'), /Index Scan using "PK_\w+".*\n.*\(handle\)/],
      ['touch', (whom) => whom.touch(['a', 'b'], 1), /"PK_\w+".*\n.*\(handle\)/],
      ['remove', (whom) => whom.remove('a'), /Index Scan using "PK_\w+".*\n.*\(handle\)/],
    ])('%s is one statement, by an index', async (_, work, expected) => {
      const statements = await statementsOf(() => work(store));
      expect(statements).toHaveLength(1);
      const [statement = { text: '', values: [] }] = statements;
      const plan = await planOf(statement);
      expect(plan).toMatch(expected);
      expect(plan).not.toMatch(/Seq Scan/);
    });

    it('insert is one statement', async () => {
      const statements = await statementsOf(() => store.insert(sessionOf('a')));
      expect(statements.map(({ text }) => text.split(' (')[0])).toEqual(['INSERT INTO "cotter_session"']);
    });

    it('sweep finds what has ended by an index, and reads nothing else', async () => {
      const statements = await statementsOf(() => store.sweep(10_000 + 2 * 3_600_000));
      const own = statements.filter(({ text }) => text.includes('"cotter_session"'));
      expect(own.map(({ text }) => text.split(' ')[0])).toEqual(['SELECT', 'DELETE']);
      for (const statement of own) expect(await planOf(statement)).not.toMatch(/Seq Scan/);
      await expect(dataSource.query('SELECT 1 FROM cotter_session WHERE "expiresAt" <= 10000')).resolves.toEqual([]);
    });
  });
}
