import { onServer } from '../e2e/login-database.js';
import { declareLoginSuite } from '../e2e/login.suite.js';
import { findServerUrl } from './database.js';

const servers = [
  ['PostgreSQL', findServerUrl('TEST_POSTGRES_URL')],
  ['MariaDB', findServerUrl('TEST_MARIADB_URL')],
] as const;

for (const [name, url] of servers) {
  if (url === null) describe.skip(`POST /login, ${name}`, () => it('needs the server', () => undefined));
  else declareLoginSuite(name, () => onServer(url));
}
