import type { DataSource, QueryRunner } from 'typeorm';

import type { SessionRecord } from '../session/session.js';
import { isDuplicateKey } from './database-errors.js';
import { columnNameOf, tableNameOf } from './names.js';
import { SESSION_COLUMNS, sessionOf, valuesOf, type SessionRow } from './session-row.js';
import { CotterSession } from './session.entity.js';
import { Statement, textOf } from './statement.js';

/**
 * Statements on the sessions of one realm. Each is atomic; all of them run on the runner that is given, which is one of the primary. What
 * is read is compared once more: to MySQL, a text with a space after it is the same text.
 */
export class SessionTable {
  readonly #name: string;
  readonly #insert: Statement;
  readonly #find: Statement;
  readonly #findByFamily: Statement;
  readonly #list: Statement;
  readonly #replaceTokens: Statement;
  readonly #remove: Statement;

  constructor(
    private readonly dataSource: DataSource,
    private readonly realm: string,
  ) {
    const { driver } = dataSource;
    this.#name = tableNameOf(dataSource, CotterSession);
    const names = SESSION_COLUMNS.map(([, property]) => this.#column(property));
    const members = SESSION_COLUMNS.map(
      ([member, property]) => `${this.#column(property)} AS ${driver.escape(member)}`,
    );
    const select = `SELECT ${members.join(', ')} FROM ${this.#name}`;
    const where = (property: keyof CotterSession, bind: () => string): string =>
      `WHERE ${this.#column(property)} = ${bind()} AND ${this.#column('realm')} = ${bind()}`;
    const statement = (write: (bind: () => string) => string): Statement => new Statement(dataSource, write);

    this.#insert = statement(
      (bind) =>
        `INSERT INTO ${this.#name} (${[...names, this.#column('realm')].join(', ')}) ` +
        `VALUES (${[...names, 'realm'].map(bind).join(', ')})`,
    );
    this.#find = statement((bind) => `${select} ${where('handle', bind)}`);
    this.#findByFamily = statement((bind) => `${select} ${where('family', bind)}`);
    this.#list = statement(
      (bind) => `${select} ${where('accountId', bind)} ORDER BY ${this.#column('lastSeenAt')} DESC LIMIT ${bind()}`,
    );
    const version = this.#column('version');
    this.#replaceTokens = statement(
      (bind) =>
        `UPDATE ${this.#name} SET ${this.#column('sealed')} = ${bind()}, ${version} = ${version} + 1 ` +
        `${where('handle', bind)} AND ${version} = ${bind()}`,
    );
    this.#remove = statement((bind) => `DELETE FROM ${this.#name} ${where('handle', bind)}`);
  }

  /** A session that is there was inserted by the caller, who did not hear of it: nobody else has its id. */
  async insert(runner: QueryRunner, session: SessionRecord): Promise<void> {
    try {
      await this.#insert.write(runner, [...valuesOf(session), this.realm]);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }

  async find(runner: QueryRunner, handle: string): Promise<SessionRecord | null> {
    const [row] = await this.#find.read<SessionRow>(runner, [handle, this.realm]);
    return row?.handle === handle ? sessionOf(row) : null;
  }

  async findByFamily(runner: QueryRunner, family: string): Promise<readonly SessionRecord[]> {
    const rows = await this.#findByFamily.read<SessionRow>(runner, [family, this.realm]);
    return rows.filter((row) => row.family === family).map(sessionOf);
  }

  async list(runner: QueryRunner, accountId: string, limit: number): Promise<readonly SessionRecord[]> {
    const rows = await this.#list.read<SessionRow>(runner, [accountId, this.realm, limit]);
    return rows.filter((row) => row.accountId === accountId).map(sessionOf);
  }

  async replaceTokens(runner: QueryRunner, handle: string, version: number, sealed: string): Promise<boolean> {
    return (await this.#replaceTokens.write(runner, [sealed, handle, this.realm, version])) > 0;
  }

  async touch(runner: QueryRunner, handles: readonly string[], seenAtMs: number): Promise<void> {
    const lastSeenAt = this.#column('lastSeenAt');
    const text = textOf(
      this.dataSource,
      (bind) =>
        `UPDATE ${this.#name} SET ${lastSeenAt} = ${bind()} WHERE ${this.#column('realm')} = ${bind()} ` +
        `AND ${lastSeenAt} < ${bind()} AND ${this.#column('handle')} IN (${handles.map(bind).join(', ')})`,
    );
    await runner.query(text, [seenAtMs, this.realm, seenAtMs, ...handles]);
  }

  async remove(runner: QueryRunner, handle: string): Promise<boolean> {
    return (await this.#remove.write(runner, [handle, this.realm])) > 0;
  }

  #column(property: keyof CotterSession): string {
    return columnNameOf(this.dataSource, CotterSession, property);
  }
}
