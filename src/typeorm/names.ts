import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';

/** The table of an entity as statements name it, with its schema. */
export function tableNameOf(dataSource: DataSource, entity: EntityTarget<ObjectLiteral>): string {
  const { tablePath } = dataSource.getMetadata(entity);
  return tablePath
    .split('.')
    .map((part) => dataSource.driver.escape(part))
    .join('.');
}

/** A column as statements name it. */
export function columnNameOf(dataSource: DataSource, entity: EntityTarget<ObjectLiteral>, property: string): string {
  const column = dataSource.getMetadata(entity).findColumnWithPropertyName(property);
  return dataSource.driver.escape(column?.databaseName ?? property);
}
