import { createHash } from 'node:crypto';

import { Logger } from '@nestjs/common';
import { QueryFailedError, type DataSource, type QueryRunner } from 'typeorm';

import { codeOf } from './database-errors.js';

/** What a statement came to. */
export interface StatementResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** How many rows were written or removed; 0 where the driver does not tell. */
  readonly affected: number;
}

/** What is used here of a connection of the package `pg`. */
interface PostgresConnection {
  query(statement: { name: string; text: string; values: unknown[] }): Promise<{
    rows: StatementResult['rows'];
    rowCount: number | null;
  }>;
}

/**
 * How PostgreSQL says that it does not have a statement under a name (26000), that it has one already (42P05), both of which mean that a
 * pooler hands out another connection each time, or that tables have changed since it was prepared (0A000). In all three cases nothing ran.
 */
const NOT_PREPARED = new Set(['26000', '42P05', '0A000']);
/** Each takes memory on each connection of the server, so there is an end to them. */
const MAX_NAMES = 100;

/**
 * Runs statements whose texts come again and again.
 *
 * On PostgreSQL they are prepared under a name, once a connection: the server then spends on a login what it takes to run its statements,
 * and no longer three times as much on understanding them. A pooler that gives each transaction another connection loses those names; the
 * first time one is lost, the statement is run again without, and so is every statement from then on. `docs/adr/0011` has the figures.
 */
export class StatementRunner {
  static readonly #known = new WeakMap<DataSource, StatementRunner>();

  readonly #names = new Map<string, string>();
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
    const runner = given ?? this.dataSource.createQueryRunner('master');
    try {
      return await this.#runOn(runner, text, values);
    } finally {
      if (given === undefined) await runner.release();
    }
  }

  async #runOn(runner: QueryRunner, text: string, values: readonly unknown[]): Promise<StatementResult> {
    const name = this.#nameFor(text, runner);
    if (name === null) return runPlainly(runner, text, values);
    try {
      return await this.#runNamed(runner, { name, text, values: [...values] });
    } catch (error) {
      if (!NOT_PREPARED.has(codeOf(error))) throw error;
      this.#giveUpNames();
      return await runPlainly(runner, text, values);
    }
  }

  /** @returns `null` where a lost name would do harm (it ends a transaction), and where a subscriber wants to hear of statements. */
  #nameFor(text: string, runner: QueryRunner): string | null {
    if (!this.#prepares || runner.isTransactionActive || this.dataSource.subscribers.length > 0) return null;
    let name = this.#names.get(text);
    if (name === undefined) {
      if (this.#names.size === MAX_NAMES) return null;
      // Behind a pooler, processes share connections: whoever uses a name must mean the same by it.
      name = `cotter_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
      this.#names.set(text, name);
    }
    return name;
  }

  /** What TypeORM does for a statement, but for the name: it has no way to give one. */
  async #runNamed(
    runner: QueryRunner,
    statement: { name: string; text: string; values: unknown[] },
  ): Promise<StatementResult> {
    const { logger, options } = this.dataSource;
    const { text, values } = statement;
    const connection = (await runner.connect()) as PostgresConnection;
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

  #giveUpNames(): void {
    if (!this.#prepares) return;
    this.#prepares = false;
    new Logger('Cotter').warn(
      'PostgreSQL lost a prepared statement, as it does behind a pooler of transactions: statements are no longer prepared. ' +
        'The option prepareStatements: false spares the attempt.',
    );
  }
}

async function runPlainly(runner: QueryRunner, text: string, values: readonly unknown[]): Promise<StatementResult> {
  const { records, affected } = await runner.query(text, [...values], true);
  return { rows: records as StatementResult['rows'], affected: affected ?? 0 };
}
