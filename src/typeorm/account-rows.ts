import type { DataSource, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';

/** The name of the user table in every query for an account. */
export const ALIAS = 'account';

type Column = EntityMetadata['columns'][number];

/** How the rows of a user table become entities without a query builder. */
export class AccountRows<TUser extends ObjectLiteral> {
  readonly metadata: EntityMetadata;
  /** Under which name a row has which column. */
  readonly columns: readonly (readonly [alias: string, column: Column])[];
  /** Whether an entity is nothing but its columns: for others, {@link hydrate} is not enough. */
  readonly isPlain: boolean;

  constructor(
    private readonly dataSource: DataSource,
    userEntity: EntityTarget<TUser>,
  ) {
    this.metadata = dataSource.getMetadata(userEntity);
    this.columns = this.metadata.columns
      .filter((column) => !column.isVirtual)
      .map((column) => [`${ALIAS}_${column.databaseName}`, column]);
    // Very long names are shortened by TypeORM in a way of its own.
    const longestAlias = dataSource.driver.maxAliasLength ?? Infinity;
    this.isPlain =
      this.metadata.eagerRelations.length === 0 &&
      this.metadata.relationIds.length === 0 &&
      this.metadata.afterLoadListeners.length === 0 &&
      this.metadata.discriminatorColumn === undefined &&
      dataSource.subscribers.length === 0 &&
      this.columns.every(([alias]) => alias.length <= longestAlias);
  }

  hydrate(row: Readonly<Record<string, unknown>>): TUser {
    const account = this.metadata.create(undefined, { fromDeserializer: true }) as TUser;
    for (const [alias, column] of this.columns) {
      const value = row[alias];
      if (value !== undefined)
        column.setEntityValue(account, this.dataSource.driver.prepareHydratedValue(value, column));
    }
    return account;
  }
}
