import { randomUUID } from 'node:crypto';

import type { DataSource } from 'typeorm';

import {
  distinctPairs,
  KEPT_AFTER_END_MS,
  mergeAll,
  type PersonPair,
  type Revocation,
  type Standing,
} from '../revocation/revocation.js';
import { RepeatingTask } from '../revocation/repeating-task.js';
import { RevocationStore, type RevocationFeed, type RevocationListener } from '../revocation/revocation.store.js';
import { toStoreError } from './database-errors.js';
import { OVERLAP_MS, RevocationPoll } from './revocation-poll.js';
import { changeOf, rowOf, standingRowOf, type RevocationRow } from './revocation-row.js';
import { RevocationTable } from './revocation-table.js';

/** How long it is told that a person may come in again: longer than any process goes on without its database. */
const REINSTATED_KEPT_MS = 30 * 24 * 60 * 60_000;

const SWEEP_EVERY_MS = 10 * 60_000;
const SWEEP_BATCH = 500;
/** A batch is a short statement; so many of them are enough for whatever ten minutes brought. */
const MAX_BATCHES = 400;
const SWEEP_LEASE = 'sweep';

/**
 * Revocations in the table `cotter_revocation` of the application's database, through TypeORM: PostgreSQL, MySQL, MariaDB and SQLite. What
 * `CotterModule` uses by itself where it keeps users by TypeORM.
 *
 * Each process asks the database every two seconds what has changed; a look-up by index, most often without a row. Rows that have ended
 * are removed by one process at a time.
 *
 * @example
 * ```ts
 * CotterModule.forRoot({
 *   apiKeyId: 'your-api-key-id',
 *   users: false,
 *   revocationStore: { useFactory: (db: DataSource) => new TypeOrmRevocationStore(db), inject: [DataSource] },
 * })
 * ```
 */
export class TypeOrmRevocationStore extends RevocationStore {
  #table: RevocationTable | null = null;

  /** @param realm - The name of the module: what other realms revoke in the same table is theirs. @defaultValue `cotter` */
  constructor(
    private readonly dataSource: DataSource,
    private readonly realm = 'cotter',
  ) {
    super();
  }

  override revoke(revocations: readonly Revocation[]): Promise<void> {
    const rows = [...mergeAll(revocations).values()].map((revocation) => rowOf(this.realm, revocation));
    return this.#storing((table) => this.#merge(table, rows));
  }

  override disable(pairs: readonly PersonPair[]): Promise<readonly Standing[]> {
    return this.#storing((table) =>
      this.#stand(
        table,
        distinctPairs(pairs).map((pair) => standingRowOf(this.realm, pair)),
      ),
    );
  }

  override reinstate(pairs: readonly PersonPair[]): Promise<readonly Standing[]> {
    return this.#storing(async (table) => {
      const expiresAt = (await table.now()) + REINSTATED_KEPT_MS;
      return this.#stand(
        table,
        distinctPairs(pairs).map((pair) => standingRowOf(this.realm, pair, expiresAt)),
      );
    });
  }

  override follow(listener: RevocationListener): RevocationFeed {
    const poll = new RevocationPoll(() => this.#prepare(), this.realm, listener);
    const sweeping = new RepeatingTask(async () => {
      // Next time is soon enough; whether the database answers is told by the poll.
      await this.sweep().catch(() => undefined);
      return SWEEP_EVERY_MS;
    });
    sweeping.startIn(Math.random() * SWEEP_EVERY_MS);
    return {
      close: async () => {
        await Promise.all([poll.close(), sweeping.close()]);
      },
    };
  }

  /**
   * Removes what has long ended, unless another process has done so in the last minutes. Runs by itself every ten minutes.
   *
   * @returns how many rows went.
   */
  sweep(): Promise<number> {
    return this.#storing(async (table) => {
      if (!(await table.claimLease(SWEEP_LEASE, randomUUID()))) return 0;
      const before = (await table.now()) - KEPT_AFTER_END_MS;
      let swept = 0;
      for (let batch = 0; batch < MAX_BATCHES; batch++) {
        const removed = await table.removeEnded(before, SWEEP_BATCH);
        swept += removed;
        if (removed < SWEEP_BATCH) break;
      }
      return swept;
    });
  }

  async #stand(table: RevocationTable, rows: readonly RevocationRow[]): Promise<readonly Standing[]> {
    if (rows.length === 0) return [];
    await this.#merge(table, rows);
    const stored = await table.readByIds(rows.map(({ id }) => id));
    return stored.map(changeOf).filter((change): change is Standing => change?.kind === 'standing');
  }

  /**
   * A row is marked with the time when its statement began. One that waited for a lock so long that polls have passed it by is written
   * again.
   */
  async #merge(table: RevocationTable, rows: readonly RevocationRow[]): Promise<void> {
    if (rows.length === 0) return;
    let startedAtMs: number;
    do {
      startedAtMs = performance.now();
      await table.merge(this.realm, rows);
    } while (performance.now() - startedAtMs > OVERLAP_MS / 2);
  }

  async #storing<T>(work: (table: RevocationTable) => Promise<T>): Promise<T> {
    try {
      return await work(this.#prepare());
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** Not in the constructor: a DataSource knows its tables once it is initialised. */
  #prepare(): RevocationTable {
    if (!this.dataSource.isInitialized) throw new Error('The DataSource is not initialised, or it is closed.');
    this.#table ??= new RevocationTable(this.dataSource);
    return this.#table;
  }
}
