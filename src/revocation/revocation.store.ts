import type { PersonPair, Revocation, RevocationChange, Standing } from './revocation.js';

/**
 * The port to where revocations are kept, for all processes of an application. `nestjs-cotter/typeorm` has one for TypeORM, which is the
 * default where users are kept by it; `nestjs-cotter/redis` has one for ioredis; {@link MemoryRevocationStore} serves one process.
 *
 * Nobody asks a store whether something is revoked: each process follows it, and asks its own view. Every verb decides atomically, and may
 * be repeated. Implementations throw {@link StoreUnavailableError} where the store does not answer.
 */
export abstract class RevocationStore {
  /** Once this resolves, everyone who follows will be told, within five seconds of being in reach of the store. */
  abstract revoke(revocations: readonly Revocation[]): Promise<void>;

  /**
   * Locks these people out until they are reinstated: kept for good.
   *
   * @returns how they stand now: what followers are told too.
   */
  abstract disable(pairs: readonly PersonPair[]): Promise<readonly Standing[]>;

  /**
   * Lets these people in again. What was revoked for other reasons stays revoked.
   *
   * @returns how they stand now: what followers are told too.
   */
  abstract reinstate(pairs: readonly PersonPair[]): Promise<readonly Standing[]>;

  /** Tells everything that is in force, and from then on what changes; after an interruption everything again. */
  abstract follow(listener: RevocationListener): RevocationFeed;
}

/** What a process hears of a store. */
export interface RevocationListener {
  /** In any order, and some of it twice. */
  changed(changes: readonly RevocationChange[]): void;
  /**
   * Everything that the store took before this instant has been told. Said again every few seconds as long as it holds.
   *
   * @param asOfMs - By `performance.now()`.
   */
  current(asOfMs: number): void;
  /** The store is out of reach: what it takes now is not told. The feed goes on trying by itself. */
  lost(error: unknown): void;
}

/** Somebody who listens. */
export interface RevocationFeed {
  /** Tells nothing any more, and ends what the feed has opened. */
  close(): Promise<void>;
}
