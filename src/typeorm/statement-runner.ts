import { Logger } from '@nestjs/common';
import { QueryFailedError, type DataSource, type QueryRunner } from 'typeorm';

import { codeOf, routineOf } from './database-errors.js';
import { PlanAges } from './plan-ages.js';
import { StatementNames } from './statement-names.js';

/** What a statement came to. */
export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How many rows were written or removed; 0 where the driver does not tell. */
  readonly affected: number;
}

interface NamedStatement {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

/** What is used here of a connection of the package `pg`. */
interface PostgresConnection {
  query(statement: NamedStatement): Promise<{ rows: StatementResult['rows']; rowCount: number | null }>;
}

/** How PostgreSQL says that it has no statement of that name (26000), or has one already (42P05). Nothing has run then. */
const LOST_NAME = new Set(['26000', '42P05']);
/** The function of PostgreSQL that finds a statement's columns to be of other types than when it was prepared. Nothing has run then. */
const FINDS_OUTDATED = 'RevalidateCachedQuery';
/** SQLSTATE classes of a server that does not know a command, or does not allow it. */
const REFUSED_COMMAND = /^(0A|42)/;

/**
 * Runs statements whose texts come again and again.
 *
 * On PostgreSQL they are prepared under a name, once a connection: the server then spends on a login what it takes to run its statements,
 * and no longer as much again on understanding them. A pooler that gives each transaction another connection loses those names; the first
 * time one is lost, the statement is run again without, and so is every statement from then on. `docs/adr/0011` has the figures.
 */
export class StatementRunner {
  static readonly #known = new WeakMap<DataSource, StatementRunner>();

  readonly #names = new StatementNames();
  readonly #plans = new PlanAges();
  #prepares: boolean;

  /** The one of a DataSource. */
  static of(dataSource: DataSource): StatementRunner {
    let known = StatementRunner.#known.get(dataSource);
    if (known === undefined) StatementRunner.#known.set(dataSource, (known = new StatementRunner(dataSource)));
    return known;
  }

  private constructor(private readonly dataSource: DataSource) {
    // A driver of the application's own may take texts only.
    this.#prepares = dataSource.options.type === 'postgres' && dataSource.options.driver === undefined;
  }

  /** From now on, no statement gets a name. */
  stopPreparing(): void {
    this.#prepares = false;
  }

  /**
   * @param text - One of a few: values are parameters.
   * @param given - Without one, the statement goes to the primary, never to a replica that lags.
   * @throws {@link QueryFailedError} as TypeORM does.
   */
  async run(text: string, values: readonly unknown[], given?: QueryRunner): Promise<StatementResult> {
    // A DataSource's own manager has none, unless somebody (typeorm-transactional) has made it follow the transaction of the caller.
    const borrowed = given ?? this.dataSource.manager.queryRunner;
    const runner = borrowed ?? this.dataSource.createQueryRunner('master');
    try {
      return await this.#runOn(runner, text, values);
    } finally {
      if (borrowed === undefined) await runner.release();
    }
  }

  async #runOn(runner: QueryRunner, text: string, values: readonly unknown[]): Promise<StatementResult> {
    const name = this.#mayPrepare(runner) ? this.#names.nameOf(text) : null;
    if (name === null) return runPlainly(runner, text, values);
    try {
      return await this.#runNamed(runner, { name, text, values: [...values] });
    } catch (error) {
      if (LOST_NAME.has(codeOf(error)))
        this.#giveUpNames('lost a prepared statement, as it does behind a pooler of transactions');
      else if (routineOf(error) === FINDS_OUTDATED) this.#names.renew(text, name);
      else throw error;
      return await runPlainly(runner, text, values);
    }
  }

  /** Not in a transaction, which a lost name would end, and not past subscribers, who may want to hear of statements. */
  #mayPrepare({ isTransactionActive, isReleased }: QueryRunner): boolean {
    return this.#prepares && !isTransactionActive && !isReleased && this.dataSource.subscribers.length === 0;
  }

  /** What TypeORM does for a statement, but for the name: it has no way to give one. */
  async #runNamed(runner: QueryRunner, statement: NamedStatement): Promise<StatementResult> {
    const { logger, options } = this.dataSource;
    const { text, values } = statement;
    const connection = (await runner.connect()) as PostgresConnection;
    await this.#renewPlans(runner, connection);
    logger.logQuery(text, values, runner);
    const startedAt = performance.now();
    try {
      const { rows, rowCount } = await connection.query(statement);
      const took = Math.round(performance.now() - startedAt);
      if (options.maxQueryExecutionTime && took > options.maxQueryExecutionTime)
        logger.logQuerySlow(took, text, values, runner);
      return { rows, affected: rowCount ?? 0 };
    } catch (error) {
      logger.logQueryError(error instanceof Error ? error : String(error), text, values, runner);
      throw new QueryFailedError(text, values, error instanceof Error ? error : new Error(String(error)));
    }
  }

  /**
   * A plan is made for the table of that moment: while it is small, the server reads all of it. So plans are made anew now and then, for
   * tables that have grown since faster than the server takes note.
   */
  async #renewPlans(runner: QueryRunner, connection: PostgresConnection): Promise<void> {
    if (!this.#plans.countStatement(connection)) return;
    try {
      await runner.query('DISCARD PLANS');
    } catch (error) {
      if (!REFUSED_COMMAND.test(codeOf(error))) throw error;
      this.#giveUpNames('does not let go of plans');
    }
  }

  #giveUpNames(reason: string): void {
    if (!this.#prepares) return;
    this.#prepares = false;
    new Logger('Cotter').warn(
      `PostgreSQL ${reason}: statements are no longer prepared. The option prepareStatements: false, or prepareNoStatements(dataSource) ` +
        'where the application makes its stores, spares the attempt.',
    );
  }
}

/**
 * Has no statement of this package prepared on a DataSource of PostgreSQL from now on, for an application that makes its stores itself; with
 * `CotterModule` alone, the option `prepareStatements` does the same.
 */
export function prepareNoStatements(dataSource: DataSource): void {
  StatementRunner.of(dataSource).stopPreparing();
}

async function runPlainly(runner: QueryRunner, text: string, values: readonly unknown[]): Promise<StatementResult> {
  const { records, affected } = await runner.query(text, [...values], true);
  return { rows: records as StatementResult['rows'], affected: affected ?? 0 };
}
