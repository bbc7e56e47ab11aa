import type { DataSource, QueryRunner } from 'typeorm';

import { retried } from './atomically.js';
import { toStoreError } from './database-errors.js';

/**
 * Runs statements, each for itself, on one connection to the primary: a replica lags. Up to three times more where the database lets
 * another one win, so the work has to be one that may be repeated.
 *
 * @throws {@link StoreUnavailableError} (`store_unavailable`)
 */
export function onPrimary<T>(dataSource: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  return storing(dataSource, () =>
    retried(async () => {
      const runner = dataSource.createQueryRunner('master');
      try {
        return await work(runner);
      } finally {
        await runner.release();
      }
    }),
  );
}

/** @throws {@link StoreUnavailableError} (`store_unavailable`) for everything that is the database's fault. */
export async function storing<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  try {
    if (!dataSource.isInitialized) throw new Error('The DataSource is not initialised, or it is closed.');
    return await work();
  } catch (error) {
    throw toStoreError(error);
  }
}
