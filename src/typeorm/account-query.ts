import {
  FindOptionsUtils,
  type DataSource,
  type ObjectLiteral,
  type QueryRunner,
  type SelectQueryBuilder,
} from 'typeorm';

import { ALIAS, type AccountRows } from './account-rows.js';
import { StatementRunner } from './statement-runner.js';

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
  readonly #statements: StatementRunner;
  readonly #builder: SelectQueryBuilder<TUser>;
  readonly #text: string;
  /** Names of the parameters, in the order in which the text wants their values. */
  readonly #parameters: readonly string[];

  /**
   * @param narrow - Adds the conditions, and other columns that are wanted in the row.
   * @param parameters - Names of the parameters in those conditions.
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly rows: AccountRows<TUser>,
    narrow: (builder: SelectQueryBuilder<TUser>) => SelectQueryBuilder<TUser>,
    parameters: readonly string[],
  ) {
    this.#statements = StatementRunner.of(dataSource);
    this.#builder = narrow(dataSource.createQueryBuilder<TUser>(rows.metadata.target, ALIAS));
    FindOptionsUtils.joinEagerRelations(this.#builder, ALIAS, rows.metadata);
    // Each parameter stands in for itself, so that the list of values tells their order.
    const named = Object.fromEntries(parameters.map((name) => [name, name]));
    [this.#text, this.#parameters] = this.#builder.clone().setParameters(named).getQueryAndParameters() as [
      string,
      string[],
    ];
  }

  /** @param runner - Of the transaction to read in. Without one the query goes to the primary, never to a replica that lags. */
  async find(values: Readonly<Record<string, string>>, runner?: QueryRunner): Promise<readonly FoundAccount<TUser>[]> {
    if (!this.rows.isPlain) return this.#findByBuilder(values, runner);
    const ordered = this.#parameters.map((name) => values[name]);
    const { rows } = await this.#statements.run(this.#text, ordered, runner);
    return rows.map((row) => ({ account: this.rows.hydrate(row), row }));
  }

  async #findByBuilder(
    values: Readonly<Record<string, string>>,
    given?: QueryRunner,
  ): Promise<readonly FoundAccount<TUser>[]> {
    const runner = given ?? this.dataSource.createQueryRunner('master');
    try {
      const builder = this.#builder.clone().setParameters(values).setQueryRunner(runner);
      const { entities, raw } = await builder.getRawAndEntities<Record<string, unknown>>();
      // Rows of one entity, which relations may multiply, say the same of what was asked for.
      const [row] = raw;
      return row === undefined ? [] : entities.map((account) => ({ account, row }));
    } finally {
      if (given === undefined) await runner.release();
    }
  }
}
