import {
  FindOptionsUtils,
  type DataSource,
  type EntityMetadata,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
  type SelectQueryBuilder,
} from 'typeorm';

const ALIAS = 'account';

/** An account, and the row of the result that it was read from. */
export interface FoundAccount<TUser> {
  readonly account: TUser;
  readonly row: Readonly<Record<string, unknown>>;
}

/**
 * A query for one account, whose text is built once: putting a query together costs TypeORM as much as running it, and this one runs
 * at every login.
 *
 * Entities come out as they do from TypeORM's own `find` methods, with transformers, embedded columns and eager relations.
 */
export class AccountQuery<TUser extends ObjectLiteral> {
  readonly #builder: SelectQueryBuilder<TUser>;
  readonly #text: string;
  /** Names of the parameters, in the order in which the text wants their values. */
  readonly #parameters: readonly string[];
  readonly #metadata: EntityMetadata;
  readonly #columns: readonly (readonly [alias: string, column: EntityMetadata['columns'][number]])[];
  readonly #plain: boolean;

  /**
   * @param narrow - Adds the conditions, and other columns that are wanted in the row.
   * @param parameters - Names of the parameters in those conditions.
   */
  constructor(
    private readonly dataSource: DataSource,
    userEntity: EntityTarget<TUser>,
    narrow: (builder: SelectQueryBuilder<TUser>) => SelectQueryBuilder<TUser>,
    parameters: readonly string[],
  ) {
    this.#metadata = dataSource.getMetadata(userEntity);
    this.#builder = narrow(dataSource.createQueryBuilder(userEntity, ALIAS));
    FindOptionsUtils.joinEagerRelations(this.#builder, ALIAS, this.#metadata);
    // Each parameter stands in for itself, so that the list of values tells their order.
    const named = Object.fromEntries(parameters.map((name) => [name, name]));
    [this.#text, this.#parameters] = this.#builder.clone().setParameters(named).getQueryAndParameters() as [
      string,
      string[],
    ];
    this.#columns = this.#metadata.columns
      .filter((column) => !column.isVirtual)
      .map((column) => [`${ALIAS}_${column.databaseName}`, column]);
    this.#plain = isPlain(dataSource, this.#metadata, this.#text, this.#columns);
  }

  /** @param runner - Of the transaction to read in. Without one the query goes to the primary, never to a replica that lags. */
  async find(values: Readonly<Record<string, string>>, runner?: QueryRunner): Promise<FoundAccount<TUser> | null> {
    if (!this.#plain) return this.#findByBuilder(values, runner);
    const ordered = this.#parameters.map((name) => values[name]);
    const rows: unknown = await this.dataSource.query(this.#text, ordered, runner);
    const row = Array.isArray(rows) ? (rows[0] as Record<string, unknown> | undefined) : undefined;
    return row === undefined ? null : { account: this.#hydrate(row), row };
  }

  async #findByBuilder(
    values: Readonly<Record<string, string>>,
    given?: QueryRunner,
  ): Promise<FoundAccount<TUser> | null> {
    const runner = given ?? this.dataSource.createQueryRunner('master');
    try {
      const builder = this.#builder.clone().setParameters(values).setQueryRunner(runner);
      const { entities, raw } = await builder.getRawAndEntities<Record<string, unknown>>();
      const [account, row] = [entities[0], raw[0]];
      return account === undefined || row === undefined ? null : { account, row };
    } finally {
      if (given === undefined) await runner.release();
    }
  }

  #hydrate(row: Readonly<Record<string, unknown>>): TUser {
    const account = this.#metadata.create(undefined, { fromDeserializer: true }) as TUser;
    for (const [alias, column] of this.#columns) {
      const value = row[alias];
      if (value !== undefined)
        column.setEntityValue(account, this.dataSource.driver.prepareHydratedValue(value, column));
    }
    return account;
  }
}

/** Whether an entity is nothing but its columns: then a row can be made one without a query builder. */
function isPlain(
  dataSource: DataSource,
  metadata: EntityMetadata,
  text: string,
  columns: readonly (readonly [alias: string, column: EntityMetadata['columns'][number]])[],
): boolean {
  return (
    metadata.eagerRelations.length === 0 &&
    metadata.relationIds.length === 0 &&
    metadata.afterLoadListeners.length === 0 &&
    metadata.discriminatorColumn === undefined &&
    dataSource.subscribers.length === 0 &&
    // Very long names are shortened by TypeORM in a way of its own.
    columns.every(([alias, column]) => !column.isSelect || text.includes(dataSource.driver.escape(alias)))
  );
}
