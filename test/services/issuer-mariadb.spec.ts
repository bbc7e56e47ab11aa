import { declareIssuerSchemaSuite } from '../issuer/issuer-schema.suite.js';
import { declareIssuerStateSuite } from '../issuer/issuer-state.suite.js';
import { createServerDatabase, findServerUrl } from './database.js';

const serverUrl = findServerUrl('TEST_MARIADB_URL');

(serverUrl === null ? describe.skip : describe)('the issuer on MariaDB', () => {
  const drops: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const drop of drops) await drop();
  });

  // Named as what it is, or TypeORM sees changes where there are none.
  async function openDatabase(type = 'mariadb') {
    const { options, drop } = await createServerDatabase((serverUrl ?? '').replace(/^\w+:/, `${type}:`));
    drops.push(drop);
    return options;
  }

  declareIssuerSchemaSuite('MariaDB', openDatabase);
  declareIssuerStateSuite('MariaDB', openDatabase);
  declareIssuerStateSuite('MariaDB by the type mysql', () => openDatabase('mysql'));
});
