import { KEPT_AFTER_END_MS } from '../revocation/revocation.js';
import type { SessionRecord } from './session.js';
import { SessionStore } from './session.store.js';

const MAX_SESSIONS = 100_000;

/** Sessions in the memory of one process: gone when it ends, and no other process knows of them. */
export class MemorySessionStore extends SessionStore {
  // In order of their insertion.
  readonly #sessions = new Map<string, SessionRecord>();
  readonly #used = new Map<string, number>();

  /** @param maxSessions - Of more than these, the oldest are forgotten. */
  constructor(private readonly maxSessions: number = MAX_SESSIONS) {
    super();
  }

  /** How many sessions are known. */
  get size(): number {
    return this.#sessions.size;
  }

  override insert(session: SessionRecord): Promise<void> {
    this.#sessions.set(session.handle, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > this.maxSessions && oldest !== undefined) this.#sessions.delete(oldest);
    return Promise.resolve();
  }

  override find(handle: string): Promise<SessionRecord | null> {
    return Promise.resolve(this.#sessions.get(handle) ?? null);
  }

  override findByFamily(family: string): Promise<readonly SessionRecord[]> {
    return Promise.resolve([...this.#sessions.values()].filter((session) => session.family === family));
  }

  override list(accountId: string, limit: number): Promise<readonly SessionRecord[]> {
    const own = [...this.#sessions.values()].filter((session) => session.accountId === accountId);
    return Promise.resolve(own.sort((a, b) => b.lastSeenAtMs - a.lastSeenAtMs).slice(0, limit));
  }

  override replaceTokens(handle: string, version: number, sealed: string): Promise<boolean> {
    const session = this.#sessions.get(handle);
    if (session?.version !== version) return Promise.resolve(false);
    this.#sessions.set(handle, { ...session, sealed, version: version + 1 });
    return Promise.resolve(true);
  }

  override touch(handles: readonly string[], seenAtMs: number): Promise<void> {
    for (const handle of handles) {
      const session = this.#sessions.get(handle);
      if (session === undefined || session.lastSeenAtMs >= seenAtMs) continue;
      this.#sessions.set(handle, { ...session, lastSeenAtMs: seenAtMs });
    }
    return Promise.resolve();
  }

  override remove(handle: string): Promise<boolean> {
    return Promise.resolve(this.#sessions.delete(handle));
  }

  override useOnce(name: string, nowMs: number, untilMs: number): Promise<boolean> {
    const knownUntilMs = this.#used.get(name);
    if (knownUntilMs !== undefined && knownUntilMs + KEPT_AFTER_END_MS > nowMs) return Promise.resolve(false);
    this.#used.set(name, untilMs);
    return Promise.resolve(true);
  }

  override sweep(nowMs: number): Promise<number> {
    const before = this.#sessions.size;
    for (const [handle, { expiresAtMs }] of this.#sessions) {
      if (expiresAtMs + KEPT_AFTER_END_MS <= nowMs) this.#sessions.delete(handle);
    }
    for (const [name, untilMs] of this.#used) {
      if (untilMs + KEPT_AFTER_END_MS <= nowMs) this.#used.delete(name);
    }
    return Promise.resolve(before - this.#sessions.size);
  }
}
