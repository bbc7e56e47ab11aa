import { DataSource, type DataSourceOptions } from 'typeorm';

import { CotterIssuerEntities, CotterIssuerMigrations } from '../../src/issuer/index.js';

/** A server changes tables slowly, and there are many migrations to go through, back and forth. */
const MIGRATIONS_TIMEOUT_MS = 60_000;

/** What must hold of the migrations on every database. */
export function declareIssuerSchemaSuite(name: string, openOptions: () => Promise<DataSourceOptions>): void {
  describe(`the migrations of the issuer, ${name}`, () => {
    let dataSource: DataSource;

    beforeAll(async () => {
      const options = { ...(await openOptions()), synchronize: false };
      dataSource = new DataSource({ ...options, entities: CotterIssuerEntities, migrations: CotterIssuerMigrations });
      await dataSource.initialize();
    });
    afterAll(() => dataSource.destroy());

    async function pendingChanges(): Promise<string[]> {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      return upQueries.map(({ query }) => query);
    }

    it(
      'make the tables that the entities describe, and take them away again',
      async () => {
        await dataSource.runMigrations();
        expect(await pendingChanges()).toEqual([]);
        for (const _ of CotterIssuerMigrations) await dataSource.undoLastMigration();
        const runner = dataSource.createQueryRunner();
        const tables = [];
        for (const { tableName } of dataSource.entityMetadatas) tables.push(await runner.hasTable(tableName));
        await runner.release();
        expect(tables).toEqual(dataSource.entityMetadatas.map(() => false));
        await dataSource.runMigrations();
        expect(await pendingChanges()).toEqual([]);
      },
      MIGRATIONS_TIMEOUT_MS,
    );

    it(
      'take whoever signed in before identifiers could be unproved for proved, and lose nobody on the way back',
      async () => {
        const { driver } = dataSource;
        const names = ['id', 'apiKeyId', 'identifier', 'identifierType', 'identifierId', 'createdAt'];
        const columns = names.map((name) => driver.escape(name)).join();
        for (const _ of CotterIssuerMigrations.slice(1)) await dataSource.undoLastMigration();
        await dataSource.query(
          `INSERT INTO ${driver.escape('cotter_issuer_user')} (${columns}) VALUES ('old', 'k', 'o@example.com', 'EMAIL', 'i', 1234)`,
        );
        const rows = dataSource.getRepository<Record<string, unknown>>('IssuerUser');
        for (let times = 0; times < 2; times++) {
          await dataSource.runMigrations();
          expect(await rows.findOneBy({ id: 'old' })).toMatchObject({
            identifier: 'o@example.com',
            createdAt: 1234,
            verifiedAt: 1234,
            clientUserId: null,
            trustEpoch: 0,
          });
          if (times === 0) for (const _ of CotterIssuerMigrations.slice(1)) await dataSource.undoLastMigration();
        }
        await rows.clear();
      },
      MIGRATIONS_TIMEOUT_MS,
    );

    it('tell texts apart character by character', async () => {
      const { tableName } = dataSource.getMetadata('IssuerUser');
      const rows = dataSource.getRepository<Record<string, unknown>>('IssuerUser');
      for (const [id, identifier] of [
        ['1', 'jose@example.com'],
        ['2', 'josé@example.com'],
        ['3', 'JOSE@example.com'],
      ]) {
        const row = { id, identifier, apiKeyId: 'k', identifierType: 'EMAIL', identifierId: 'i', createdAt: 2 ** 45 };
        await rows.insert(row);
      }
      expect(await rows.findOneBy({ identifier: 'josé@example.com' })).toMatchObject({ id: '2', createdAt: 2 ** 45 });
      expect(await rows.count()).toBe(3);
      expect(tableName).toBe('cotter_issuer_user');
      await rows.clear();
    });
  });
}
