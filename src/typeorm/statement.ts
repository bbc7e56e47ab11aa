import type { DataSource, QueryRunner } from 'typeorm';

/** A statement whose text is written once: putting one together costs TypeORM as much as running it. */
export class Statement {
  readonly #text: string;

  /** @param write - Writes the text, with `bind()` for each value: drivers number them as they come. */
  constructor(dataSource: DataSource, write: (bind: () => string) => string) {
    let count = 0;
    this.#text = write(() => dataSource.driver.createParameter(String(count), count++));
  }

  async read<Row>(runner: QueryRunner, values: readonly unknown[]): Promise<readonly Row[]> {
    const { records } = await runner.query(this.#text, [...values], true);
    return records as readonly Row[];
  }

  /** @returns how many rows were written or removed. */
  async write(runner: QueryRunner, values: readonly unknown[]): Promise<number> {
    const { affected } = await runner.query(this.#text, [...values], true);
    return affected ?? 0;
  }
}
