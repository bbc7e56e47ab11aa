import { declareIssuerSchemaSuite } from '../issuer/issuer-schema.suite.js';
import { declareIssuerStateSuite } from '../issuer/issuer-state.suite.js';
import { createServerDatabase, findServerUrl } from './database.js';

const serverUrl = findServerUrl('TEST_POSTGRES_URL');

(serverUrl === null ? describe.skip : describe)('the issuer on PostgreSQL', () => {
  const drops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const drop of drops) await drop();
  });

  async function openDatabase() {
    const { options, drop } = await createServerDatabase(serverUrl ?? '');
    drops.push(drop);
    return options;
  }

  declareIssuerSchemaSuite('PostgreSQL', openDatabase);
  declareIssuerStateSuite('PostgreSQL', openDatabase);
});
