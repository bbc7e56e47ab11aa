import type { EntityManager, EntityTarget, InsertQueryBuilder, ObjectLiteral } from 'typeorm';

import { isDuplicateKey } from './database-errors.js';
import { isMySql } from './dialect.js';

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

function insertion(
  manager: EntityManager,
  entity: EntityTarget<ObjectLiteral>,
  row: ObjectLiteral,
): InsertQueryBuilder<ObjectLiteral> {
  return manager.createQueryBuilder().insert().into(entity).values(row).updateEntity(false);
}
