import type { DataSource, EntityMetadata, ObjectLiteral } from 'typeorm';

import { isPostgres } from './dialect.js';
import { tableNameOf } from './names.js';

type Column = EntityMetadata['columns'][number];
/** A column's name as a statement has it, and what it gets. */
export type Assignment = readonly [name: string, value: unknown];

const KINDS_WITH_ON_CONFLICT = ['postgres', 'better-sqlite3', 'sqljs', 'sqlite'];

/**
 * Insertions into one table, put together from the columns: TypeORM's query builder writes the same statement anew each time, at the price of
 * running it twice.
 */
export class PlainInsertion {
  /** `INTO` which table, as a statement has it. */
  readonly table: string;
  readonly #columns: readonly (readonly [name: string, column: Column])[];

  /** @returns `null` where the database or the entity wants more than the values of its columns in a statement. */
  static findFor(dataSource: DataSource, metadata: EntityMetadata): PlainInsertion | null {
    const isPlain =
      KINDS_WITH_ON_CONFLICT.includes(dataSource.options.type) &&
      dataSource.subscribers.length === 0 &&
      metadata.beforeInsertListeners.length === 0 &&
      metadata.afterInsertListeners.length === 0 &&
      metadata.discriminatorColumn === undefined &&
      metadata.columns.every((column) => isOrdinary(dataSource, column));
    return isPlain ? new PlainInsertion(dataSource, metadata) : null;
  }

  private constructor(
    private readonly dataSource: DataSource,
    metadata: EntityMetadata,
  ) {
    this.table = tableNameOf(dataSource, metadata.target);
    this.#columns = metadata.columns
      .filter(
        ({ isInsert, isGenerated, generationStrategy }) =>
          isInsert && !(isGenerated && generationStrategy === 'increment'),
      )
      .map((column) => [dataSource.driver.escape(column.databaseName), column]);
  }

  /**
   * What TypeORM's own insertion would write; a column without a value gets its default.
   *
   * @returns `null` for a value that TypeORM has to write: an expression of SQL, or one that it would make up or convert.
   */
  assign(row: ObjectLiteral): readonly Assignment[] | null {
    const assignments: Assignment[] = [];
    for (const [name, column] of this.#columns) {
      const given: unknown = column.getEntityValue(row);
      if (typeof given === 'function' || (given === undefined && this.#makesUp(column))) return null;
      const value: unknown = this.dataSource.driver.preparePersistentValue(given, column);
      if (!this.#takes(value)) return null;
      if (value !== undefined) assignments.push([name, value]);
    }
    return assignments;
  }

  /** Whether TypeORM gives a column a value where the row has none; PostgreSQL does it itself. */
  #makesUp({ isGenerated }: Column): boolean {
    return isGenerated && !isPostgres({ dataSource: this.dataSource });
  }

  /** The driver of PostgreSQL takes every value; those of SQLite take dates and truth values only as TypeORM writes them. */
  #takes(value: unknown): boolean {
    const isScalar = value === undefined || value === null || ['string', 'number', 'bigint'].includes(typeof value);
    return isScalar || isPostgres({ dataSource: this.dataSource }) || Buffer.isBuffer(value);
  }
}

/** The names in an insertion. */
export function namesOf(row: readonly Assignment[]): string {
  return row.map(([name]) => name).join(', ');
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
