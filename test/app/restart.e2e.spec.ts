import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadConfig } from '../../src/app/app.config.js';
import { startApp } from '../../src/app/start-app.js';
import { whyBetterSqlite3IsMissing } from '../contracts/sqlite-engines.js';
import { findFreePorts } from './free-ports.js';
import { FrontEnd } from './front-end.js';
import { Visitor } from './visitor.js';

const OLD_KEY = 'a key that there was before the restart';
const NEW_KEY = 'a key that seals what begins after it';

const missing = whyBetterSqlite3IsMissing();
if (missing !== null) {
  process.stdout.write(`The tests on better-sqlite3 are left out, since it cannot be loaded: ${missing}\n`);
}

(missing === null ? describe : describe.skip)('a session, after the app was started again', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cotter-app-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it.each([
    ['goes on where the key is the same', OLD_KEY, OLD_KEY, 200],
    ['goes on where the key is the second one now', OLD_KEY, `${NEW_KEY},${OLD_KEY}`, 200],
    ['is over where its key is gone', OLD_KEY, NEW_KEY, 401],
    ['is over where the key was a random one', '', '', 401],
  ])('%s', async (_what, keysBefore, keysAfter, status) => {
    const environment = { ...(await findFreePorts()), DATABASE_URL: `sqlite:${join(folder, 'app.sqlite')}` };
    const config = loadConfig({ ...environment, COTTER_ENCRYPTION_KEYS: keysBefore });
    const before = await startApp(config);
    const ann = new Visitor(new FrontEnd(config));
    await ann.signIn('ann@example.com');
    expect((await ann.call('GET', '/me')).status).toBe(200);
    await before.close();

    const after = await startApp(loadConfig({ ...environment, COTTER_ENCRYPTION_KEYS: keysAfter }));
    expect((await ann.call('GET', '/me')).status).toBe(status);
    await after.close();
  });
});
