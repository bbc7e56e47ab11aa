import type { SessionRecord } from './session.js';

/**
 * The port to where sessions are kept, for all processes of an application. `nestjs-cotter/typeorm` has one for TypeORM, which is the
 * default where users are kept by it; `nestjs-cotter/redis` has one for ioredis; {@link MemorySessionStore} serves one process.
 *
 * Sessions are known by their handle, which is a hash: nothing in a store opens one. Every verb decides atomically, for all processes that
 * share the store, and may be repeated. Implementations throw {@link StoreUnavailableError} where the store does not answer.
 */
export abstract class SessionStore {
  /** Keeps a new session. */
  abstract insert(session: SessionRecord): Promise<void>;

  /** In one round trip. What has expired may or may not be found. */
  abstract find(handle: string): Promise<SessionRecord | null>;

  /** The sessions whose refresh token is of this family. */
  abstract findByFamily(family: string): Promise<readonly SessionRecord[]>;

  /** The sessions of an account, seen last first; at most so many. */
  abstract list(accountId: string, limit: number): Promise<readonly SessionRecord[]>;

  /**
   * Gives a session new tokens, and the next version, where it still has the version that the caller has read.
   *
   * @returns false where it is gone, or somebody else has given it others.
   */
  abstract replaceTokens(handle: string, version: number, sealed: string): Promise<boolean>;

  /** Notes that these sessions were seen; never moves a time backwards. */
  abstract touch(handles: readonly string[], seenAtMs: number): Promise<void>;

  /** @returns whether it was there: of several who remove one session, one hears so. */
  abstract remove(handle: string): Promise<boolean>;

  /**
   * Remembers a name until its time is over.
   *
   * @returns whether nobody had used it: of any number of callers, one hears so.
   */
  abstract useOnce(name: string, nowMs: number, untilMs: number): Promise<boolean>;

  /**
   * Forgets what is past its time by more than two hours (a clock may jump by one), a part at a time, and by one process at a time.
   *
   * @returns how many sessions were forgotten.
   */
  abstract sweep(nowMs: number): Promise<number>;
}
