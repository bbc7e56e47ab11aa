import type { DataSource, EntityMetadata, ObjectLiteral } from 'typeorm';

import type { NewAccount } from '../users/account.js';
import type { AccountRows } from './account-rows.js';
import type { BoundStatement } from './login-batch.js';
import { CotterUserIdentity } from './user-identity.entity.js';
import type { CotterUserBase } from './user.entity.js';

type Column = EntityMetadata['columns'][number];

/**
 * A registration as one statement of PostgreSQL: the pair, where neither it nor the identifier is taken, and the user, where the pair went
 * in. It gives the row of the new user, or none; where a value is taken by another transaction at this very moment, it fails. In both
 * cases nothing is written. That no error is made of what is taken already keeps the log of the server clean.
 *
 * What it writes is what TypeORM's own insert would write.
 */
export class RegistrationStatement<TUser extends CotterUserBase> {
  readonly #columns: readonly Column[];
  readonly #identities: EntityMetadata;

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
    private readonly rows: AccountRows<TUser>,
  ) {
    this.#columns = rows.metadata.columns.filter(
      (column) => column.isInsert && !(column.isGenerated && column.generationStrategy === 'increment'),
    );
    this.#identities = dataSource.getMetadata(CotterUserIdentity);
  }

  /** @returns `null` where a value is an expression of SQL, which TypeORM has to write. */
  bind(user: TUser, { pair, at }: NewAccount): BoundStatement | null {
    const { metadata } = this.rows;
    const given = this.#valuesOf(user, this.#columns);
    if (given.some(([, value]) => typeof value === 'function')) return null;
    const identity = { ...pair, realm: user.realm, userId: user.id, createdAt: at };
    const pairs = this.#valuesOf(identity, this.#identities.columns);
    const key = given.filter(([{ propertyPath }]) => propertyPath === 'identifier' || propertyPath === 'realm');

    const parameters: unknown[] = [];
    // A parameter for each place, since PostgreSQL takes its type from there.
    const bind = (value: unknown): string => `$${String(parameters.push(value))}`;
    const values = (row: typeof given): string => row.map(([, value]) => bind(value)).join(', ');
    const names = (row: typeof given): string => row.map(([column]) => this.#nameOf(column)).join(', ');
    const table = this.#pathOf(metadata);
    const lines = [
      `WITH cotter_new_pair AS (INSERT INTO ${this.#pathOf(this.#identities)} (${names(pairs)}) SELECT ${values(pairs)}`,
      `WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE`,
      key.map(([column, value]) => `${this.#nameOf(column)} = ${bind(value)}`).join(' AND '),
      `) ON CONFLICT DO NOTHING RETURNING 1)`,
      `INSERT INTO ${table} (${names(given)}) SELECT ${values(given)} FROM cotter_new_pair`,
      `RETURNING ${this.#returned()}`,
    ];
    return { text: lines.join(' '), parameters };
  }

  /** As with TypeORM's insert, a column without a value gets its default. */
  #valuesOf(row: ObjectLiteral, columns: readonly Column[]): (readonly [column: Column, value: unknown])[] {
    return columns
      .map((column) => [column, this.#prepare(column.getEntityValue(row), column)] as const)
      .filter(([, value]) => value !== undefined);
  }

  #prepare(value: unknown, column: Column): unknown {
    return typeof value === 'function' ? value : this.dataSource.driver.preparePersistentValue(value, column);
  }

  #returned(): string {
    return this.rows.columns
      .filter(([, column]) => column.isSelect)
      .map(([alias, column]) => `${this.#nameOf(column)} AS ${this.dataSource.driver.escape(alias)}`)
      .join(', ');
  }

  #nameOf({ databaseName }: Column): string {
    return this.dataSource.driver.escape(databaseName);
  }

  #pathOf({ tablePath }: EntityMetadata): string {
    const parts = tablePath.split('.');
    return parts.map((part) => this.dataSource.driver.escape(part)).join('.');
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
