import type { DataSource } from 'typeorm';

import { retried } from './atomically.js';
import { isMySql } from './dialect.js';
import type { RevocationRow, StoredRevocation } from './revocation-row.js';
import { CotterRevocation } from './revocation.entity.js';

/** Rows a statement. */
const BATCH = 100;
const PAGE = 1_000;

/** A process may sweep for so long, and nobody else meanwhile. */
const LEASE_MS = 9 * 60_000;
/** No realm is called this, so nobody is told of the row. */
const LEASE_REALM = '*';

type Column = keyof CotterRevocation;

/** A row with its key, as it is read. */
export type KeyedRevocation = StoredRevocation & { readonly id: string };

/**
 * Statements on the table of revocations. Each is atomic, goes to the primary, and takes its time from the database: the clocks of
 * processes differ.
 */
export class RevocationTable {
  readonly #table: string;
  readonly #isMySql: boolean;
  readonly #now: string;

  constructor(private readonly dataSource: DataSource) {
    const { tablePath } = dataSource.getMetadata(CotterRevocation);
    this.#table = tablePath
      .split('.')
      .map((part) => dataSource.driver.escape(part))
      .join('.');
    this.#isMySql = isMySql({ dataSource });
    this.#now = nowOf(dataSource);
  }

  /** Milliseconds since 1970. */
  async now(): Promise<number> {
    const rows = await this.#query<{ now: unknown }>((_) => `SELECT ${this.#now} AS now`);
    return Number(rows[0]?.now);
  }

  /** Inserts rows; of those that are there, revocations take the later times, and standings what is given. */
  async merge(realm: string, rows: readonly RevocationRow[]): Promise<void> {
    // Two processes that lock the same rows in the same order do not deadlock.
    const ordered = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (let start = 0; start < ordered.length; start += BATCH) {
      const batch = ordered.slice(start, start + BATCH);
      const latest = (column: Column): string =>
        `${this.#greatest}(${this.#existing(column)}, ${this.#proposed(column)})`;
      const isStanding = `${this.#proposed('kind')} IN ('disabled', 'reinstated')`;
      await this.#upsert(realm, batch, [
        `${this.#column('kind')} = ${this.#proposed('kind')}`,
        `${this.#column('issuedBefore')} = ${latest('issuedBefore')}`,
        `${this.#column('expiresAt')} = CASE WHEN ${isStanding} THEN ${this.#proposed('expiresAt')} ELSE ${latest('expiresAt')} END`,
        `${this.#column('changedAt')} = ${this.#greatest}(${this.#existing('changedAt')} + 1, ${this.#proposed('changedAt')})`,
      ]);
    }
  }

  readByIds(ids: readonly string[]): Promise<KeyedRevocation[]> {
    return this.#read((bind) => `${this.#column('id')} IN (${ids.map(bind).join(', ')})`);
  }

  /** What has changed since an instant. */
  readSince(realm: string, sinceMs: number): Promise<KeyedRevocation[]> {
    return this.#read(
      (bind) => `${this.#column('realm')} = ${bind(realm)} AND ${this.#column('changedAt')} >= ${bind(sinceMs)}`,
    );
  }

  /** A page of everything that has not ended, in the order of ids. */
  readPage(realm: string, afterId: string, unexpiredAtMs: number): Promise<KeyedRevocation[]> {
    return this.#read(
      (bind) =>
        `${this.#column('realm')} = ${bind(realm)} AND ${this.#column('id')} > ${bind(afterId)} ` +
        `AND ${this.#column('expiresAt')} > ${bind(unexpiredAtMs)} ORDER BY ${this.#column('id')} LIMIT ${String(PAGE)}`,
    );
  }

  /** @returns how many rows of any realm were found that had ended before that instant, of at most `limit`, and are gone now. */
  async removeEnded(beforeMs: number, limit: number): Promise<number> {
    const hasEnded = (bind: Bind): string => `${this.#column('expiresAt')} < ${bind(beforeMs)}`;
    const rows = await this.#query<{ id: string }>(
      (bind) => `SELECT ${this.#column('id')} AS id FROM ${this.#table} WHERE ${hasEnded(bind)} LIMIT ${String(limit)}`,
    );
    if (rows.length === 0) return 0;
    // A row may have been given more time since.
    await this.#query(
      (bind) =>
        `DELETE FROM ${this.#table} WHERE ${this.#column('id')} IN (${rows.map(({ id }) => bind(id)).join(', ')}) AND ${hasEnded(bind)}`,
    );
    return rows.length;
  }

  /** Whether the work that this lease stands for is the caller's for now. @param owner - A name of this very attempt. */
  async claimLease(name: string, owner: string): Promise<boolean> {
    const nowMs = await this.now();
    const row = { id: name, kind: 'lease', entry: owner, issuedBefore: 0, expiresAt: nowMs + LEASE_MS };
    const whenFree = (column: Column): string =>
      `${this.#column(column)} = CASE WHEN ${this.#existing('expiresAt')} <= ${this.#now} ` +
      `THEN ${this.#proposed(column)} ELSE ${this.#existing(column)} END`;
    // MySQL assigns in this order, and what decides must come last.
    await this.#upsert(LEASE_REALM, [row], [whenFree('entry'), whenFree('expiresAt')]);
    const [lease] = await this.readByIds([name]);
    return lease?.entry === owner;
  }

  async #upsert(realm: string, rows: readonly RevocationRow[], changes: readonly string[]): Promise<void> {
    const columns = (['id', 'realm', 'kind', 'entry', 'issuedBefore', 'expiresAt', 'changedAt'] as const).map((name) =>
      this.#column(name),
    );
    const conflict = this.#isMySql ? 'ON DUPLICATE KEY UPDATE' : `ON CONFLICT (${this.#column('id')}) DO UPDATE SET`;
    await retried(() =>
      this.#query((bind) => {
        const values = rows.map(({ id, kind, entry, issuedBefore, expiresAt }) => {
          const bound = [id, realm, kind, entry, issuedBefore, expiresAt].map(bind);
          return `(${[...bound, this.#now].join(', ')})`;
        });
        return `INSERT INTO ${this.#table}${this.#isMySql ? '' : ' AS stored'} (${columns.join(', ')}) VALUES ${values.join(', ')} ${conflict} ${changes.join(', ')}`;
      }),
    );
  }

  #read(condition: (bind: Bind) => string): Promise<KeyedRevocation[]> {
    const columns = (['id', 'kind', 'entry', 'issuedBefore', 'expiresAt', 'changedAt'] as const).map(
      (name) => `${this.#column(name)} AS ${this.dataSource.driver.escape(name)}`,
    );
    return this.#query((bind) => `SELECT ${columns.join(', ')} FROM ${this.#table} WHERE ${condition(bind)}`);
  }

  /** PostgreSQL numbers its parameters, so values are bound in the order of the text. */
  async #query<Row>(write: (bind: Bind) => string): Promise<Row[]> {
    const { driver } = this.dataSource;
    const parameters: unknown[] = [];
    const text = write((value) => driver.createParameter(String(parameters.length), parameters.push(value) - 1));
    const rows: unknown = await this.dataSource.query(text, parameters);
    return Array.isArray(rows) ? (rows as Row[]) : [];
  }

  #column(name: Column): string {
    const column = this.dataSource.getMetadata(CotterRevocation).findColumnWithPropertyName(name);
    return this.dataSource.driver.escape(column?.databaseName ?? name);
  }

  #existing(name: Column): string {
    return this.#isMySql ? this.#column(name) : `stored.${this.#column(name)}`;
  }

  #proposed(name: Column): string {
    return this.#isMySql ? `VALUES(${this.#column(name)})` : `excluded.${this.#column(name)}`;
  }

  get #greatest(): string {
    return ['postgres', 'cockroachdb', 'mysql', 'mariadb', 'aurora-mysql'].includes(this.dataSource.options.type)
      ? 'GREATEST'
      : 'MAX';
  }
}

type Bind = (value: unknown) => string;

function nowOf(dataSource: DataSource): string {
  if (isMySql({ dataSource })) return 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)';
  return dataSource.options.type === 'postgres'
    ? 'CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint)'
    : "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";
}
