import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationShutdown } from '@nestjs/common';

import type { CotterAccount, LoginRecord } from './account.js';
import { UsersRepository } from './users.repository.js';

const FLUSH_AFTER_MS = 500;
/** Accounts that wait while the store is down; beyond it the notes of the earliest are dropped. */
const MAX_PENDING = 10_000;

/**
 * Notes when people log in, away from the answer's path: a write for every login would cost a returning user two to five times the
 * time of the login itself. Notes are gathered by account and written together within a second, and at shutdown.
 */
@Injectable()
export class LoginRecorder implements BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #logger = new Logger('Cotter');
  #pending = new Map<string, LoginRecord>();
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();

  constructor(@Inject(UsersRepository) private readonly users: UsersRepository) {}

  /** Notes a login, and shows it on the account at once. */
  note(account: CotterAccount, at: Date, authenticationMethod: string | null): void {
    this.#pending.set(account.id, { accountId: account.id, at, authenticationMethod });
    this.applyTo(account);
    this.#schedule();
  }

  /** Shows on an account that was just read what is not written yet. */
  applyTo(account: CotterAccount): void {
    const note = this.#pending.get(account.id);
    if (note === undefined || note.at < account.lastLoginAt) return;
    account.lastLoginAt = note.at;
    account.lastAuthenticationMethod = note.authenticationMethod;
  }

  /** Writes what is pending. Never throws: a note that cannot be written now waits for the next time. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#write());
    return this.#flushing;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  /** Requests that were in flight at the first flush have ended by now, and the database is still open. */
  async onApplicationShutdown(): Promise<void> {
    await this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #write(): Promise<void> {
    if (this.#pending.size === 0) return;
    const batch = this.#pending;
    this.#pending = new Map();
    try {
      await this.users.recordLogins([...batch.values()]);
    } catch (error) {
      this.#logger.warn(`last logins not written yet: ${error instanceof Error ? error.message : 'unknown error'}`);
      this.#pending = new Map([...batch, ...this.#pending].slice(-MAX_PENDING));
      this.#schedule();
    }
  }

  #schedule(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, FLUSH_AFTER_MS);
    this.#timer.unref();
  }
}
