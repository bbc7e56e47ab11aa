import type { DataSource, EntityMetadata, ObjectLiteral } from 'typeorm';

import type { NewAccount } from '../users/account.js';
import type { AccountRows } from './account-rows.js';
import type { BoundStatement } from './login-batch.js';
import { tableNameOf } from './names.js';
import { CotterUserIdentity } from './user-identity.entity.js';
import type { CotterUserBase } from './user.entity.js';

type Column = EntityMetadata['columns'][number];
/** A column, by its name as a statement has it. */
type Named = readonly [name: string, column: Column];
type Assignment = readonly [name: string, value: unknown];

/**
 * A registration as one statement of PostgreSQL: the user, unless there is such a user, and then the pair. It gives the row of the new user,
 * or none where there is such a user, and fails where somebody has the pair: in both cases nothing is written. The user comes first, since
 * a taken identifier is common (people who come by another issuer) and no error for the log of the server.
 *
 * What it writes is what TypeORM's own insert would write.
 */
export class RegistrationStatement<TUser extends CotterUserBase> {
  readonly #users: string;
  readonly #userColumns: readonly Named[];
  readonly #pairs: string;
  readonly #pairColumns: readonly Named[];
  readonly #returned: string;

  /** @returns `null` where the database or the entity wants more than the columns in a statement. */
  static findFor<TUser extends CotterUserBase>(
    dataSource: DataSource,
    rows: AccountRows<TUser>,
  ): RegistrationStatement<TUser> | null {
    const { columns, beforeInsertListeners, afterInsertListeners } = rows.metadata;
    const isPlain =
      dataSource.options.type === 'postgres' &&
      rows.isPlain &&
      beforeInsertListeners.length === 0 &&
      afterInsertListeners.length === 0 &&
      columns.every((column) => isOrdinary(dataSource, column));
    return isPlain ? new RegistrationStatement(dataSource, rows) : null;
  }

  private constructor(
    private readonly dataSource: DataSource,
    rows: AccountRows<TUser>,
  ) {
    const { driver } = dataSource;
    const named = (column: Column): Named => [driver.escape(column.databaseName), column];
    this.#users = tableNameOf(dataSource, rows.metadata.target);
    this.#userColumns = rows.metadata.columns
      .filter(
        ({ isInsert, isGenerated, generationStrategy }) =>
          isInsert && !(isGenerated && generationStrategy === 'increment'),
      )
      .map(named);
    this.#pairs = tableNameOf(dataSource, CotterUserIdentity);
    this.#pairColumns = dataSource.getMetadata(CotterUserIdentity).columns.map(named);
    this.#returned = rows.columns
      .filter(([, column]) => column.isSelect)
      .map(([alias, column]) => `${driver.escape(column.databaseName)} AS ${driver.escape(alias)}`)
      .join(', ');
  }

  /** @returns `null` where a value is an expression of SQL, which TypeORM has to write. */
  bind(user: TUser, { pair, at }: NewAccount): BoundStatement | null {
    const given = this.#assign(this.#userColumns, user);
    if (given.some(([, value]) => typeof value === 'function')) return null;
    const held = this.#assign(this.#pairColumns, { ...pair, realm: user.realm, userId: user.id, createdAt: at });
    const parameters: unknown[] = [];
    // A parameter for each place, since PostgreSQL takes its type from there.
    const values = (row: readonly Assignment[]): string =>
      row.map(([, value]) => `$${String(parameters.push(value))}`).join(', ');
    const names = (row: readonly Assignment[]): string => row.map(([name]) => name).join(', ');
    const lines = [
      `WITH new_user AS (INSERT INTO ${this.#users} (${names(given)}) VALUES (${values(given)})`,
      `ON CONFLICT DO NOTHING RETURNING ${this.#returned}),`,
      `new_pair AS (INSERT INTO ${this.#pairs} (${names(held)}) SELECT ${values(held)} FROM new_user)`,
      `SELECT * FROM new_user`,
    ];
    return { text: lines.join(' '), parameters };
  }

  /** As with TypeORM's insert, a column without a value gets its default. */
  #assign(columns: readonly Named[], row: ObjectLiteral): readonly Assignment[] {
    return columns
      .map(([name, column]): Assignment => [name, this.#prepare(column.getEntityValue(row), column)])
      .filter(([, value]) => value !== undefined);
  }

  #prepare(value: unknown, column: Column): unknown {
    return typeof value === 'function' ? value : this.dataSource.driver.preparePersistentValue(value, column);
  }
}

/** Whether a column is written and read back as it is. */
function isOrdinary(dataSource: DataSource, column: Column): boolean {
  return (
    !column.isVirtual &&
    !column.isVirtualProperty &&
    !column.isVersion &&
    column.relationMetadata === undefined &&
    column.generatedType === undefined &&
    !dataSource.driver.spatialTypes.includes(column.type)
  );
}
