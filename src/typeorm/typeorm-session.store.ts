import { randomUUID } from 'node:crypto';
import { In, LessThanOrEqual, type DataSource, type EntityManager, type QueryRunner } from 'typeorm';

import { CotterConfigurationError } from '../errors/configuration.error.js';
import { KEPT_AFTER_END_MS } from '../revocation/revocation.js';
import type { SessionRecord } from '../session/session.js';
import { SessionStore } from '../session/session.store.js';
import { inBatches, SWEEP_BATCH } from './in-batches.js';
import { onPrimary } from './primary.js';
import { CotterSession } from './session.entity.js';
import { SessionTable } from './session-table.js';
import { CotterUsedName } from './used-name.entity.js';
import { UsedNames } from './used-names.js';
import { REALM_LENGTH } from './user.entity.js';

/** Sessions that are seen at once. */
const TOUCH_BATCH = 500;

/**
 * Sessions in tables of the application's database, for all processes that use it: PostgreSQL, MySQL, MariaDB and SQLite. What
 * `CotterModule` uses by itself where it keeps users by TypeORM.
 *
 * The DataSource needs the entities {@link CotterSession} and {@link CotterUsedName}, which are among {@link CotterEntities}. How long a
 * statement may take is up to its options, as with {@link TypeOrmUsersRepository}.
 *
 * @example
 * ```ts
 * CotterModule.forRoot({
 *   apiKeyId: 'your-api-key-id',
 *   users: false,
 *   session: {
 *     mode: 'server',
 *     store: { useFactory: (db: DataSource) => new TypeOrmSessionStore(db), inject: [DataSource] },
 *   },
 * })
 * ```
 */
export class TypeOrmSessionStore extends SessionStore {
  readonly #names: UsedNames;
  #table: SessionTable | null = null;

  /**
   * @param realm - The name of the `CotterModule`: other realms in the same tables are other sessions. At most 64 characters.
   * @throws {@link CotterConfigurationError} (`invalid_configuration`) for a longer one, and where the DataSource lacks an entity.
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly realm = 'cotter',
  ) {
    super();
    if (realm.length > REALM_LENGTH) {
      throw new CotterConfigurationError('name', `must have at most ${String(REALM_LENGTH)} characters`);
    }
    // One that the application opens by itself (manualInitialization) knows its tables later.
    const lacks = [CotterSession, CotterUsedName].some((entity) => !dataSource.hasMetadata(entity));
    if (dataSource.isInitialized && lacks) {
      throw new CotterConfigurationError(
        'session.store',
        'the entities CotterSession and CotterUsedName must be among the entities of its DataSource; list them, or all of CotterEntities',
      );
    }
    this.#names = new UsedNames(realm);
  }

  override insert(session: SessionRecord): Promise<void> {
    return this.#onTable((table, runner) => table.insert(runner, session));
  }

  override find(handle: string): Promise<SessionRecord | null> {
    return this.#onTable((table, runner) => table.find(runner, handle));
  }

  override findByFamily(family: string): Promise<readonly SessionRecord[]> {
    return this.#onTable((table, runner) => table.findByFamily(runner, family));
  }

  override list(accountId: string, limit: number): Promise<readonly SessionRecord[]> {
    return this.#onTable((table, runner) => table.list(runner, accountId, limit));
  }

  override replaceTokens(handle: string, version: number, sealed: string): Promise<boolean> {
    return this.#onTable((table, runner) => table.replaceTokens(runner, handle, version, sealed));
  }

  override touch(handles: readonly string[], seenAtMs: number): Promise<void> {
    // Two processes that lock the same rows in the same order do not deadlock.
    const ordered = [...handles].sort();
    return this.#onTable(async (table, runner) => {
      for (let start = 0; start < ordered.length; start += TOUCH_BATCH) {
        await table.touch(runner, ordered.slice(start, start + TOUCH_BATCH), seenAtMs);
      }
    });
  }

  override remove(handle: string): Promise<boolean> {
    return this.#onTable((table, runner) => table.remove(runner, handle));
  }

  override useOnce(name: string, nowMs: number, untilMs: number): Promise<boolean> {
    const usedBy = randomUUID();
    return onPrimary(this.dataSource, ({ manager }) => this.#names.use(manager, name, usedBy, nowMs, untilMs));
  }

  override sweep(nowMs: number): Promise<number> {
    const sweeper = randomUUID();
    return onPrimary(this.dataSource, async ({ manager }) => {
      if (!(await this.#names.takeTurn(manager, sweeper, nowMs))) return 0;
      await this.#names.sweep(manager, nowMs);
      return this.#sweepSessions(manager, nowMs);
    });
  }

  #sweepSessions(manager: EntityManager, nowMs: number): Promise<number> {
    const ended = { realm: this.realm, expiresAt: LessThanOrEqual(nowMs - KEPT_AFTER_END_MS) };
    return inBatches(
      async () => {
        const select = { handle: true, realm: true } as const;
        const rows = await manager.find(CotterSession, { select, where: ended, take: SWEEP_BATCH });
        return rows.map(({ handle }) => handle);
      },
      (handles) => manager.delete(CotterSession, { ...ended, handle: In(handles) }),
    );
  }

  #onTable<T>(work: (table: SessionTable, runner: QueryRunner) => Promise<T>): Promise<T> {
    return onPrimary(this.dataSource, (runner) => work(this.#prepare(), runner));
  }

  /** Not in the constructor: a DataSource knows its tables once it is initialised. */
  #prepare(): SessionTable {
    this.#table ??= new SessionTable(this.dataSource, this.realm);
    return this.#table;
  }
}
