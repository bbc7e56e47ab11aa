import { QueryFailedError, type ObjectLiteral, type Repository } from 'typeorm';

const DUPLICATE_KEY = new Set(['23505', 'ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/**
 * Inserts a row, or does nothing where a unique key is taken; a read tells which. By the error instead of `INSERT IGNORE`, which on
 * MySQL would also cut values off in silence. One statement alone, so PostgreSQL has no transaction to abort.
 */
export async function insertUnlessPresent<Row extends ObjectLiteral>(rows: Repository<Row>, row: Row): Promise<void> {
  try {
    await rows.createQueryBuilder().insert().values(row).updateEntity(false).execute();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Whether a statement failed because a unique key is taken. */
export function isDuplicateKey(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { code = '', message } = error.driverError as { readonly code?: string; readonly message: string };
  // sql.js gives no code.
  return DUPLICATE_KEY.has(code) || (code === '' && message.includes('UNIQUE constraint failed'));
}
