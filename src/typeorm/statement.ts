import type { DataSource, QueryRunner } from 'typeorm';

import { StatementRunner } from './statement-runner.js';

/** A statement whose text is written once: putting one together costs TypeORM as much as running it. */
export class Statement {
  readonly #statements: StatementRunner;
  readonly #text: string;

  /** @param write - Writes the text, with `bind()` for each value: drivers number them as they come. */
  constructor(dataSource: DataSource, write: (bind: () => string) => string) {
    this.#statements = StatementRunner.of(dataSource);
    this.#text = textOf(dataSource, write);
  }

  async read<Row>(runner: QueryRunner, values: readonly unknown[]): Promise<readonly Row[]> {
    const { rows } = await this.#statements.run(this.#text, values, runner);
    return rows as readonly Row[];
  }

  /** @returns how many rows were written or removed. */
  async write(runner: QueryRunner, values: readonly unknown[]): Promise<number> {
    const { affected } = await this.#statements.run(this.#text, values, runner);
    return affected;
  }
}

/** The text of a statement; `bind()` gives the place of a value. */
export function textOf({ driver }: DataSource, write: (bind: () => string) => string): string {
  let count = 0;
  return write(() => driver.createParameter(String(count), count++));
}
