import type { DataSource, EntityManager } from 'typeorm';

import { isLostRace } from './database-errors.js';
import { hasOneConnection } from './dialect.js';

/** What a piece of work came to, and whether its writes are to stay. */
export interface Verdict<T> {
  readonly result: T;
  readonly keep: boolean;
}

/** Several statements that take effect together or not at all. */
export interface UnitOfWork<T> {
  run(manager: EntityManager): Promise<Verdict<T>>;
  /** Takes back the writes of `run`, where there is no transaction that would. */
  undo(manager: EntityManager): Promise<void>;
}

const MAX_RETRIES = 3;
const JITTER_MS = 40;

/**
 * Runs a unit of work in a READ COMMITTED transaction, and up to three times more where the database lets another one win.
 *
 * SQLite has one connection: a transaction there would swallow the statements of everyone else in the process, and a rollback would
 * undo them. So units queue for each other instead, and take back what they wrote.
 */
export async function atomically<T>(dataSource: DataSource, unit: UnitOfWork<T>): Promise<T> {
  if (hasOneConnection({ dataSource })) return oneAtATime(dataSource, () => compensated(dataSource.manager, unit));
  return retried(() => transacted(dataSource, unit));
}

/** Runs a statement or a transaction, and up to three times more where the database lets another one win. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await work();
    } catch (error) {
      if (retries === MAX_RETRIES || !isLostRace(error)) throw error;
    }
    await jitter(retries + 1);
  }
}

async function transacted<T>(dataSource: DataSource, unit: UnitOfWork<T>): Promise<T> {
  const runner = dataSource.createQueryRunner('master');
  try {
    await runner.startTransaction('READ COMMITTED');
    const { result, keep } = await unit.run(runner.manager);
    await (keep ? runner.commitTransaction() : runner.rollbackTransaction());
    return result;
  } catch (error) {
    // The first error tells what happened; a rollback over a broken connection only tells that it is broken.
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}

async function compensated<T>(manager: EntityManager, unit: UnitOfWork<T>): Promise<T> {
  let verdict: Verdict<T>;
  try {
    verdict = await unit.run(manager);
  } catch (error) {
    await unit.undo(manager).catch(() => undefined);
    throw error;
  }
  if (!verdict.keep) await unit.undo(manager);
  return verdict.result;
}

const queues = new WeakMap<DataSource, Promise<unknown>>();

/** A mutex for each DataSource, in the order of arrival. */
function oneAtATime<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  const turn = (queues.get(dataSource) ?? Promise.resolve()).then(work);
  queues.set(
    dataSource,
    turn.catch(() => undefined),
  );
  return turn;
}

function jitter(round: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * JITTER_MS * round));
}
