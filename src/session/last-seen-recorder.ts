import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { SessionStore } from './session.store.js';

const FLUSH_AFTER_MS = 500;
const BATCH_SIZE = 500;
/** Sessions that wait while the store is down; nothing is lost but a time. */
const MAX_PENDING = 50_000;

/** Notes when sessions were last used, away from the answer's path: gathered, and written together within a second. */
@Injectable()
export class LastSeenRecorder implements OnApplicationShutdown {
  readonly #logger = new Logger('Cotter');
  #pending = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(SessionStore) private readonly store: SessionStore,
  ) {}

  note(handle: string): void {
    if (this.#pending.size < MAX_PENDING) this.#pending.add(handle);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  /** Writes what is pending. Never rejects: a time that cannot be written now is noted again at the next use. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const handles = [...this.#pending];
    this.#pending = new Set();
    try {
      for (let start = 0; start < handles.length; start += BATCH_SIZE) {
        await this.store.touch(handles.slice(start, start + BATCH_SIZE), this.options.clock());
      }
    } catch (error) {
      this.#logger.warn(`last uses could not be noted: ${error instanceof Error ? error.name : 'no reason'}`);
    }
  }
}
