import { KEPT_AFTER_END_MS, type RevocationChange } from '../revocation/revocation.js';
import { RepeatingTask } from '../revocation/repeating-task.js';
import type { RevocationFeed, RevocationListener } from '../revocation/revocation.store.js';
import { changeOf } from './revocation-row.js';
import type { KeyedRevocation, RevocationTable } from './revocation-table.js';

const EVERY_MS = 2_000;
const AGAIN_AFTER_FAILURE_MS = 1_000;
const DEADLINE_MS = 2_500;
/** A little longer than a DataSource should let a statement take. */
const CLOSE_WITHIN_MS = 5_000;
/** Reads that a database keeps waiting at once; more would only take connections away from everybody else. */
const MAX_WAITING = 2;

/**
 * A row may become visible later than one that is marked with a later time, since a statement takes its time when it begins and others see
 * it when it has ended. So each poll looks back by this much, and is told most of it again.
 */
export const OVERLAP_MS = 10_000;

/** Follows the table of revocations by asking it, again and again, what has changed. */
export class RevocationPoll implements RevocationFeed {
  readonly #task = new RepeatingTask(() => this.#turn());
  /** The database's time at the last look; `null` where everything has to be read. */
  #lookedAtMs: number | null = null;
  readonly #waiting = new Set<Promise<unknown>>();

  constructor(
    private readonly table: () => RevocationTable,
    private readonly realm: string,
    private readonly listener: RevocationListener,
  ) {
    this.#task.hasten();
  }

  /**
   * Waits for what was asked before: whoever closes a DataSource under a statement that hangs gets an error of the driver that nobody can
   * catch.
   */
  async close(): Promise<void> {
    await this.#task.close();
    await withinDeadline(Promise.allSettled(this.#waiting), CLOSE_WITHIN_MS).catch(() => undefined);
  }

  async #turn(): Promise<number> {
    const asOfMs = performance.now();
    try {
      this.#lookedAtMs = await this.#look(this.#lookedAtMs);
      if (!this.#task.isClosed) this.listener.current(asOfMs);
      return EVERY_MS;
    } catch (error) {
      // What was swept meanwhile had ended; what is there is read as a whole.
      this.#lookedAtMs = null;
      if (!this.#task.isClosed) this.listener.lost(error);
      return AGAIN_AFTER_FAILURE_MS;
    }
  }

  /** @returns the database's time before anything was read. */
  async #look(lookedAtMs: number | null): Promise<number> {
    if (this.#waiting.size >= MAX_WAITING) throw new Error('the database has not answered the last questions');
    const look = this.#read(lookedAtMs);
    this.#waiting.add(look);
    const forget = (): boolean => this.#waiting.delete(look);
    look.then(forget, forget);
    return withinDeadline(look, DEADLINE_MS);
  }

  async #read(lookedAtMs: number | null): Promise<number> {
    const table = this.table();
    const nowMs = await table.now();
    if (lookedAtMs === null) {
      await this.#readAll(table, nowMs);
      return nowMs;
    }
    // The clock goes back where another server takes over.
    this.#tell(await table.readSince(this.realm, Math.min(lookedAtMs, nowMs) - OVERLAP_MS));
    return nowMs;
  }

  async #readAll(table: RevocationTable, nowMs: number): Promise<void> {
    for (let afterId = ''; ;) {
      const page = await table.readPage(this.realm, afterId, nowMs - KEPT_AFTER_END_MS);
      this.#tell(page);
      const last = page.at(-1);
      if (last === undefined) return;
      afterId = last.id;
    }
  }

  #tell(rows: readonly KeyedRevocation[]): void {
    if (rows.length === 0 || this.#task.isClosed) return;
    this.listener.changed(rows.map(changeOf).filter((change): change is RevocationChange => change !== null));
  }
}

function withinDeadline<T>(work: Promise<T>, deadlineMs: number): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('the database does not answer'));
    }, deadlineMs);
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}
