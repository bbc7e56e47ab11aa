import { QueryFailedError } from 'typeorm';

import { CotterError } from '../errors/cotter.error.js';
import { StoreUnavailableError } from '../errors/store.errors.js';

/** A database that does not answer is worth asking again after this long. */
const RETRY_AFTER_SECONDS = 5;

const DUPLICATE_KEY = new Set(['23505', 'ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);
const LOST_RACE = new Set(['40001', '40P01', 'ER_LOCK_DEADLOCK']);
/** SQLSTATE classes of refused data: 22 "data exception", 23 "integrity constraint violation". */
const REFUSED_DATA = /^2[23]/;

/** Whether a statement failed since a unique key is taken. */
export function isDuplicateKey(error: unknown): boolean {
  const { code, message } = failureOf(error);
  // sql.js gives no code.
  return DUPLICATE_KEY.has(code) || (code === '' && message.includes('UNIQUE constraint failed'));
}

/** Whether the database ended a transaction in favour of another one; doing it once more is the remedy. */
export function isLostRace(error: unknown): boolean {
  return LOST_RACE.has(failureOf(error).code);
}

/**
 * What a caller of a repository gets for a failure below it: an outage for everything that is one. Data that the database refuses
 * (a value for an application's own column that is missing, too long or taken) is an error in the application and stays what it is.
 */
export function toStoreError(error: unknown): unknown {
  if (error instanceof CotterError || isRefusedData(error)) return error;
  return new StoreUnavailableError(RETRY_AFTER_SECONDS, { cause: error });
}

function isRefusedData(error: unknown): boolean {
  const { code, sqlState, message } = failureOf(error);
  return (
    code.startsWith('SQLITE_CONSTRAINT') ||
    code === 'ER_NO_DEFAULT_FOR_FIELD' ||
    REFUSED_DATA.test(sqlState || code) ||
    (code === '' && message.includes('constraint failed'))
  );
}

/** How the database calls what went wrong: a SQLSTATE or a name of the driver's. Empty where it said nothing. */
export function codeOf(error: unknown): string {
  return failureOf(error).code;
}

/** Which function of PostgreSQL refused a statement; empty elsewhere. */
export function routineOf(error: unknown): string {
  return failureOf(error).routine;
}

/** What the driver said about a statement. A connection that failed said nothing about it. */
function failureOf(error: unknown): Record<'code' | 'sqlState' | 'message' | 'routine', string> {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : {};
  const member = (name: string): string => {
    const value: unknown =
      typeof driverError === 'object' && driverError !== null ? Reflect.get(driverError, name) : undefined;
    return typeof value === 'string' ? value : '';
  };
  return {
    code: member('code'),
    sqlState: member('sqlState'),
    message: member('message'),
    routine: member('routine'),
  };
}
