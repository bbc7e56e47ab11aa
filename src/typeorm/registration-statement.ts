import type { DataSource } from 'typeorm';

import type { NewAccount } from '../users/account.js';
import type { AccountRows } from './account-rows.js';
import { isPostgres } from './dialect.js';
import type { BoundStatement } from './login-batch.js';
import { namesOf, PlainInsertion, type Assignment } from './plain-insertion.js';
import { CotterUserIdentity } from './user-identity.entity.js';
import type { CotterUserBase } from './user.entity.js';

/**
 * A registration as one statement of PostgreSQL: the user, unless there is such a user, and then the pair. It gives the row of the new user,
 * or none where there is such a user, and fails where somebody has the pair: in both cases nothing is written. The user comes first, since
 * a taken identifier is common (people who come by another issuer) and no error for the log of the server.
 *
 * What it writes is what TypeORM's own insert would write.
 */
export class RegistrationStatement<TUser extends CotterUserBase> {
  readonly #returned: string;

  /** @returns `null` where the database or the entity wants more than the columns in a statement. */
  static findFor<TUser extends CotterUserBase>(
    dataSource: DataSource,
    rows: AccountRows<TUser>,
  ): RegistrationStatement<TUser> | null {
    if (!isPostgres({ dataSource }) || !rows.isPlain) return null;
    const users = PlainInsertion.findFor(dataSource, rows.metadata);
    const pairs = PlainInsertion.findFor(dataSource, dataSource.getMetadata(CotterUserIdentity));
    return users === null || pairs === null ? null : new RegistrationStatement(dataSource, rows, users, pairs);
  }

  private constructor(
    dataSource: DataSource,
    rows: AccountRows<TUser>,
    private readonly users: PlainInsertion,
    private readonly pairs: PlainInsertion,
  ) {
    const { driver } = dataSource;
    this.#returned = rows.columns
      .filter(([, column]) => column.isSelect)
      .map(([alias, column]) => `${driver.escape(column.databaseName)} AS ${driver.escape(alias)}`)
      .join(', ');
  }

  /** @returns `null` where a value is an expression of SQL, which TypeORM has to write. */
  bind(user: TUser, { pair, at }: NewAccount): BoundStatement | null {
    const given = this.users.assign(user);
    const held = this.pairs.assign({ ...pair, realm: user.realm, userId: user.id, createdAt: at });
    if (given === null || held === null) return null;
    const parameters: unknown[] = [];
    // A parameter for each place, since PostgreSQL takes its type from there.
    const values = (row: readonly Assignment[]): string =>
      row.map(([, value]) => `$${String(parameters.push(value))}`).join(', ');
    const lines = [
      `WITH new_user AS (INSERT INTO ${this.users.table} (${namesOf(given)}) VALUES (${values(given)})`,
      `ON CONFLICT DO NOTHING RETURNING ${this.#returned}),`,
      `new_pair AS (INSERT INTO ${this.pairs.table} (${namesOf(held)}) SELECT ${values(held)} FROM new_user)`,
      `SELECT * FROM new_user`,
    ];
    return { text: lines.join(' '), parameters };
  }
}
