import { Logger } from '@nestjs/common';
import { CotterUser, CotterUserIdentity, TypeOrmUsersRepository } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import type { TestDatabase } from '../contracts/typeorm-users.fixture.js';
import { person } from '../contracts/typeorm-users.suite.js';
import { createServerDatabase, findServerUrl } from './database.js';

const serverUrl = findServerUrl('TEST_POSTGRES_URL');

/** Whether there is a PostgreSQL to prepare statements. */
export const hasPostgres = serverUrl !== null;

/** A database of PostgreSQL for each test, what was opened on it, and what was warned of. */
export class PreparingDatabase {
  #database: (TestDatabase & { url: string }) | null = null;
  #warnings: jest.SpyInstance | null = null;
  readonly #opened: DataSource[] = [];

  /** For the tests of the suite that calls it. */
  static forEachTest(): PreparingDatabase {
    const database = new PreparingDatabase();
    beforeEach(() => database.#create());
    afterEach(() => database.#drop());
    return database;
  }

  get settings(): TestDatabase & { url: string } {
    if (this.#database === null) throw new Error('is made before each test');
    return this.#database;
  }

  /** The arguments of each warning. */
  get warnings(): unknown[][] {
    return this.#warnings?.mock.calls ?? [];
  }

  async open(more: object = {}): Promise<DataSource> {
    const own = { entities: [CotterUser, CotterUserIdentity], synchronize: true };
    const dataSource = new DataSource({ ...this.settings.options, ...own, ...more });
    this.#opened.push(dataSource);
    return dataSource.initialize();
  }

  /** With one connection, whose prepared statements can be looked at. */
  async openOne(more: object = {}): Promise<{ dataSource: DataSource; users: TypeOrmUsersRepository }> {
    const dataSource = await this.open({ extra: { max: 1 }, ...more });
    return { dataSource, users: new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter') };
  }

  async #create(): Promise<void> {
    this.#database = await createServerDatabase(serverUrl ?? '');
    this.#warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  }

  async #drop(): Promise<void> {
    for (const dataSource of this.#opened.splice(0)) await dataSource.destroy();
    this.#warnings?.mockRestore();
    await this.#database?.drop();
  }
}

/** The names on the one connection of a DataSource. */
export async function preparedIn(dataSource: DataSource): Promise<string[]> {
  const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM pg_prepared_statements ORDER BY name');
  return rows.map(({ name }) => name);
}

/** Somebody who is known comes back. */
export async function visit(users: TypeOrmUsersRepository, name: string): Promise<void> {
  const account = await users.findByPair(person(name).pair);
  if (account === null) throw new Error(`${name} is not known`);
  await users.recordLogins([{ accountId: account.id, at: new Date(), authenticationMethod: 'OTP' }]);
}
