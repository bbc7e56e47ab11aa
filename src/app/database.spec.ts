import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CotterEntities, CotterMigrations, CotterUser } from '../typeorm/index.js';
import { AppStartError } from './app-start.error.js';
import { openDatabase, parseDatabaseUrl, runMigrationsOnce } from './database.js';

const TABLES = { entities: CotterEntities, migrations: CotterMigrations };

describe('parseDatabaseUrl', () => {
  it.each([undefined, null, '', '  '])('takes %p for a database in memory', (url) => {
    expect(parseDatabaseUrl(url)).toEqual({ type: 'sqljs', synchronize: true });
  });

  it.each([
    ['sqlite:data/app.sqlite', 'data/app.sqlite'],
    ['sqlite:/var/lib/app.sqlite', '/var/lib/app.sqlite'],
    ['sqlite:///var/lib/app.sqlite', '/var/lib/app.sqlite'],
  ])('takes %s for a file', (url, database) => {
    expect(parseDatabaseUrl(url)).toMatchObject({ type: 'better-sqlite3', database, synchronize: false });
  });

  it.each(['postgres', 'postgresql'])('takes %s: for PostgreSQL, with all that stands in the URL', (scheme) => {
    const url = `${scheme}://ann:secret@db.example:5433/app?sslmode=require`;
    expect(parseDatabaseUrl(url)).toMatchObject({ type: 'postgres', url, synchronize: false });
  });

  it.each([
    ['mysql://a%40b:p%2Fw@db.example:3307/app', { type: 'mysql', host: 'db.example', port: 3307 }],
    ['mariadb://a%40b:p%2Fw@[::1]/app', { type: 'mariadb', host: '::1', port: 3306 }],
  ])('takes %s apart', (url, expected) => {
    const common = { username: 'a@b', password: 'p/w', database: 'app', charset: 'utf8mb4', synchronize: false };
    expect(parseDatabaseUrl(url)).toMatchObject({ ...expected, ...common });
  });

  it.each([
    'oracle://ann:secret@db.example/app',
    'postgres://ann:secret@db.example',
    'postgres:secret',
    'mysql://ann:secret@db.example/app?ssl=secret',
    'mysql://ann:secret@db.example/',
    'mysql://ann:%secret@db.example/app',
    'secret',
    'sqlite:',
    'sqlite::memory:',
  ])('refuses %s, says what it takes, and does not repeat it', (url) => {
    const read = (): unknown => parseDatabaseUrl(url);
    expect(read).toThrow(AppStartError);
    expect(read).toThrow(/^DATABASE_URL must/);
    expect(read).not.toThrow(/secret/);
  });
});

describe('openDatabase', () => {
  it('opens a database in memory with its tables', async () => {
    const dataSource = await openDatabase({ ...parseDatabaseUrl(''), ...TABLES });
    expect(await dataSource.getRepository(CotterUser).count()).toBe(0);
    await dataSource.destroy();
  });

  it('runs the migrations of a file once, whoever opens it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'nestjs-cotter-'));
    const options = { ...parseDatabaseUrl(`sqlite:${join(folder, 'made', 'app.sqlite')}`), ...TABLES };
    const dataSources = await Promise.all(Array.from({ length: 4 }, () => openDatabase(options)));
    for (const dataSource of dataSources) {
      expect(await dataSource.getRepository(CotterUser).count()).toBe(0);
      await dataSource.destroy();
    }
    expect(await runMigrationsOnce(options)).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it('says what to install where the driver of SQLite files is missing', async () => {
    const driver = new Proxy(class {}, {
      construct: () => {
        throw new Error('Could not locate the bindings file.');
      },
    });
    const options = { ...parseDatabaseUrl('sqlite:app.sqlite'), ...TABLES, driver };
    await expect(openDatabase(options as ReturnType<typeof parseDatabaseUrl>)).rejects.toThrow(
      /npm install better-sqlite3@12/,
    );
  });
});
