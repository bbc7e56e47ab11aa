import { TableColumn, type DataSource, type QueryRunner, type TableColumnOptions } from 'typeorm';

type Column<Rest extends unknown[] = []> = (
  name: string,
  ...rest: [...Rest, more?: Partial<TableColumnOptions>]
) => TableColumnOptions;

/** Columns in the words of each database. MySQL and MariaDB ignore case and accents of text unless told otherwise. */
export function columnsFor(queryRunner: QueryRunner): {
  readonly id: TableColumnOptions;
  readonly text: Column;
  readonly time: Column;
  readonly key: Column<[length: number]>;
  /** A whole number that starts from 0. */
  readonly count: Column;
} {
  const binary = isMySql(queryRunner) ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};
  return {
    id: { name: 'id', type: 'integer', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
    text: (name, more) => ({ name, type: 'text', ...binary, ...more }),
    time: (name, more) => ({ name, type: 'bigint', ...more }),
    key: (name, length, more) => ({ name, type: 'varchar', length: String(length), ...binary, ...more }),
    count: (name, more) => ({ name, type: 'integer', default: '0', ...more }),
  };
}

export async function addColumns(
  queryRunner: QueryRunner,
  table: string,
  columns: TableColumnOptions[],
): Promise<void> {
  await queryRunner.addColumns(
    table,
    columns.map((column) => new TableColumn(column)),
  );
}

export async function dropColumns(queryRunner: QueryRunner, table: string, names: string[]): Promise<void> {
  for (const name of names) await queryRunner.dropColumn(table, name);
}

/** TypeORM 1 calls what a runner belongs to its `dataSource`, TypeORM 0.3 its `connection`. */
export function driverOf(queryRunner: {
  readonly dataSource?: DataSource;
  readonly connection?: DataSource;
}): DataSource['driver'] {
  const source = queryRunner.dataSource ?? queryRunner.connection;
  if (source === undefined) throw new TypeError('The query runner belongs to no data source');
  return source.driver;
}

function isMySql(queryRunner: QueryRunner): boolean {
  const { type } = driverOf(queryRunner).options;
  return type === 'mysql' || type === 'mariadb';
}
