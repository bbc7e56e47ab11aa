import { randomUUID } from 'node:crypto';
import { IsNull, type DataSource, type EntityManager } from 'typeorm';

import { CotterConfigurationError } from '../errors/configuration.error.js';
import { StoreUnavailableError } from '../errors/store.errors.js';
import { isSameOwner, judge, type LedgerEntry } from '../renewal/ledger-entry.js';
import {
  RefreshLedger,
  type Binding,
  type Claim,
  type ClaimRequest,
  type Completion,
  type CompletionOutcome,
  type LedgerTime,
  type TokenOwner,
} from '../renewal/refresh-ledger.js';
import { atomically } from './atomically.js';
import { onPrimary, storing } from './primary.js';
import { CompletionUnit } from './refresh-completion.js';
import { sweepRefreshTokens } from './refresh-token-sweep.js';
import { CotterRefreshToken } from './refresh-token.entity.js';
import { RefreshTokenInsertion } from './refresh-token-insertion.js';
import { RefreshTokenTable } from './refresh-token-table.js';
import { REALM_LENGTH } from './user.entity.js';

/** How often a token may change under the eyes of somebody who claims it. */
const MAX_LOOKS = 10;
const RETRY_SOON_SECONDS = 1;

/**
 * Refresh tokens in a table of the application's database, for all processes that use it: PostgreSQL, MySQL, MariaDB and SQLite. The
 * DataSource needs the entity {@link CotterRefreshToken}, which is one of {@link CotterEntities}.
 *
 * How long a statement may take is up to the options of the DataSource, as with {@link TypeOrmUsersRepository}.
 */
export class TypeOrmRefreshLedger extends RefreshLedger {
  readonly #table: RefreshTokenTable;
  #insertion: RefreshTokenInsertion | null = null;

  /**
   * @param realm - The name of the `CotterModule`: other realms in the same table are other tokens. At most 64 characters.
   * @throws {@link CotterConfigurationError} (`invalid_configuration`) for a longer one, and where the DataSource lacks the entity.
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
    if (dataSource.isInitialized && !dataSource.hasMetadata(CotterRefreshToken)) {
      throw new CotterConfigurationError(
        'refreshLedger',
        'the entity CotterRefreshToken must be among the entities of its DataSource; list it, or all of CotterEntities',
      );
    }
    this.#table = new RefreshTokenTable(realm);
  }

  override bind(hash: string, owner: TokenOwner, { nowMs, keepMs }: LedgerTime): Promise<Binding> {
    return onPrimary(this.dataSource, async (runner) => {
      this.#insertion ??= new RefreshTokenInsertion(this.dataSource, this.realm);
      if (await this.#insertion.insert(runner, hash, owner, nowMs + keepMs)) return { outcome: 'bound', family: hash };
      const { manager } = runner;
      let entry = await this.#get(manager, hash);
      if (entry.owner === null) {
        await this.#table.adopt(manager, entry.family, owner);
        entry = await this.#get(manager, hash);
      }
      if (!isSameOwner(entry.owner, owner)) return { outcome: 'foreign' };
      const isEnded = entry.isRevoked || entry.state === 'spent' || entry.state === 'dead';
      return { outcome: isEnded ? 'ended' : 'bound', family: entry.family };
    });
  }

  override claim(hash: string, request: ClaimRequest): Promise<Claim> {
    return this.#onConnection(async (manager) => {
      const claimId = randomUUID();
      for (let look = 0; look < MAX_LOOKS; look++) {
        const claim = await this.#claimOnce(manager, hash, claimId, request);
        if (claim !== null) return claim;
      }
      throw new StoreUnavailableError(RETRY_SOON_SECONDS, { cause: new Error('The token never stood still.') });
    });
  }

  override complete(hash: string, claimId: string, completion: Completion): Promise<CompletionOutcome> {
    return storing(this.dataSource, () =>
      atomically(this.dataSource, new CompletionUnit(this.#table, hash, claimId, completion)),
    );
  }

  override release(hash: string, claimId: string, held: string | null): Promise<void> {
    return this.#onConnection(async (manager) => {
      const ours = { claimId, state: 'running' as const };
      if (held === null) await this.#forgetUnknown(manager, hash, claimId);
      await this.#table.change(manager, hash, ours, { state: 'live', claimId: null, held });
    });
  }

  override refuse(hash: string, claimId: string): Promise<boolean> {
    return this.#onConnection(async (manager) => {
      // This decides; the rest only tells the relatives, of whom none is alive.
      await this.#table.change(manager, hash, { claimId, state: 'running' }, { state: 'dead', held: null });
      const entry = await this.#table.read(manager, hash);
      if (entry?.claimId !== claimId || entry.state !== 'dead') return false;
      if (entry.owner === null) await this.#table.remove(manager, hash, { claimId, family: hash, issuer: IsNull() });
      else await this.#table.revoke(manager, entry.family, claimId);
      return true;
    });
  }

  override revoke(hash: string, { nowMs, keepMs }: LedgerTime): Promise<void> {
    return this.#onConnection(async (manager) => {
      const revokedBy = randomUUID();
      await this.#table.add(manager, hash, hash, { revokedBy, expiresAt: nowMs + keepMs });
      await this.#table.revoke(manager, (await this.#get(manager, hash)).family, revokedBy);
    });
  }

  override sweep(nowMs: number): Promise<number> {
    return this.#onConnection((manager) => sweepRefreshTokens(manager, this.#table, this.realm, nowMs));
  }

  /** @returns `null` where the token changed between the look at it and the change that would have claimed it. */
  async #claimOnce(
    manager: EntityManager,
    hash: string,
    claimId: string,
    request: ClaimRequest,
  ): Promise<Claim | null> {
    const { nowMs, keepMs, leaseMs } = request;
    const claimed = { state: 'running' as const, claimId, claimedAt: nowMs, leaseMs };
    const entry = await this.#table.read(manager, hash);
    if (entry === null) {
      await this.#table.add(manager, hash, hash, { ...claimed, expiresAt: nowMs + keepMs });
    } else {
      const verdict = judge(entry, request);
      if (verdict !== 'free') return this.#settle(manager, hash, entry, verdict);
      const asSeen = { state: entry.state, claimId: entry.claimId ?? IsNull() };
      await this.#table.change(manager, hash, asSeen, { ...claimed, sealed: null, sealedUntil: null });
    }
    const mine = await this.#table.read(manager, hash);
    if (mine?.claimId !== claimId || mine.isRevoked) return null;
    const { family, owner, held } = mine;
    return { outcome: 'claimed', family, claimId, owner, held };
  }

  async #settle(
    manager: EntityManager,
    hash: string,
    entry: LedgerEntry,
    verdict: Exclude<Claim, { outcome: 'claimed' }>,
  ): Promise<Claim> {
    if (verdict.outcome === 'refused' && verdict.reason === 'reused') {
      const revokedBy = randomUUID();
      await this.#table.revoke(manager, entry.family, revokedBy);
      // Of several thieves, one is told about.
      const isFirst = (await this.#table.read(manager, hash))?.revokedBy === revokedBy;
      return isFirst ? verdict : { ...verdict, reason: 'revoked' };
    }
    if (verdict.outcome === 'undecided') {
      // Should the clock catch up: the window does not open a second time.
      await this.#table.change(manager, hash, { state: 'spent' }, { sealed: null, sealedUntil: null });
    }
    return verdict;
  }

  /** Of a token that was never good for anything, nothing is worth remembering. */
  async #forgetUnknown(manager: EntityManager, hash: string, claimId: string): Promise<void> {
    await this.#table.remove(manager, hash, { claimId, state: 'running', family: hash, issuer: IsNull() });
  }

  async #get(manager: EntityManager, hash: string): Promise<LedgerEntry> {
    const entry = await this.#table.read(manager, hash);
    if (entry !== null) return entry;
    throw new StoreUnavailableError(RETRY_SOON_SECONDS, { cause: new Error('The token was forgotten in between.') });
  }

  #onConnection<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return onPrimary(this.dataSource, ({ manager }) => work(manager));
  }
}
