import type {
  DataSource,
  EntityManager,
  EntityMetadata,
  EntityTarget,
  InsertQueryBuilder,
  ObjectLiteral,
} from 'typeorm';

import { isDuplicateKey } from './database-errors.js';
import { dataSourceOf, isMySql } from './dialect.js';
import { namesOf, PlainInsertion, type Assignment } from './plain-insertion.js';

/** Inserts a row, and lets the database refuse it where a unique key is taken. */
export async function insertRow(
  manager: EntityManager,
  entity: EntityTarget<ObjectLiteral>,
  row: ObjectLiteral,
): Promise<void> {
  await insertion(manager, entity, row).execute();
}

/**
 * Inserts a row, or does nothing where a unique key is taken; a read tells which. Every other reason to refuse the row is an error.
 */
export async function insertUnlessPresent(
  manager: EntityManager,
  entity: EntityTarget<ObjectLiteral>,
  row: ObjectLiteral,
): Promise<void> {
  if (await insertPlainly(manager, entity, row)) return;
  if (!isMySql(manager)) {
    await insertion(manager, entity, row).orIgnore().execute();
    return;
  }
  // INSERT IGNORE would also cut values off and make NULL an empty text. InnoDB takes back only the statement that failed.
  try {
    await insertRow(manager, entity, row);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** @returns whether this could be done by a plain statement. */
async function insertPlainly(
  manager: EntityManager,
  entity: EntityTarget<ObjectLiteral>,
  row: ObjectLiteral,
): Promise<boolean> {
  const dataSource = dataSourceOf(manager);
  const plain = plainInsertionOf(dataSource, entity);
  const assigned = plain?.assign(row) ?? null;
  if (plain === null || assigned === null) return false;
  const text = `INSERT INTO ${plain.table} (${namesOf(assigned)}) VALUES (${placesOf(dataSource, assigned)}) ON CONFLICT DO NOTHING`;
  await manager.query(
    text,
    assigned.map(([, value]) => value),
  );
  return true;
}

function placesOf({ driver }: DataSource, assigned: readonly Assignment[]): string {
  return assigned.map((_, index) => driver.createParameter(String(index), index)).join(', ');
}

/** By the metadata, which a DataSource that is initialised anew makes anew. */
const plainInsertions = new WeakMap<EntityMetadata, PlainInsertion | null>();

function plainInsertionOf(dataSource: DataSource, entity: EntityTarget<ObjectLiteral>): PlainInsertion | null {
  const metadata = dataSource.getMetadata(entity);
  let plain = plainInsertions.get(metadata);
  if (plain === undefined) plainInsertions.set(metadata, (plain = PlainInsertion.findFor(dataSource, metadata)));
  return plain;
}

function insertion(
  manager: EntityManager,
  entity: EntityTarget<ObjectLiteral>,
  row: ObjectLiteral,
): InsertQueryBuilder<ObjectLiteral> {
  return manager.createQueryBuilder().insert().into(entity).values(row).updateEntity(false);
}
