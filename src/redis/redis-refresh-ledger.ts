import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';

import { StoreUnavailableError } from '../errors/store.errors.js';
import { judge, SEALED_KEPT_MS, type LedgerEntry, type TokenState } from '../renewal/ledger-entry.js';
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
import { BIND, COMPLETE, ERASE, READ, REFUSE, RELEASE, REVOKE, TAKE } from './refresh-scripts.js';

/** Where a {@link RedisRefreshLedger} keeps its keys. */
export interface RedisRefreshLedgerOptions {
  /** What all keys begin with. @defaultValue `nestjs-cotter:` */
  readonly keyPrefix?: string;
  /** The name of the module: other realms are other tokens. @defaultValue `cotter` */
  readonly realm?: string;
}

type Texts = readonly (string | null)[];

/** How often a token may change under the eyes of somebody who claims it. */
const MAX_LOOKS = 10;
const RETRY_SOON_SECONDS = 1;

/**
 * Refresh tokens in Redis, for all processes that use it. Each verb is a script, which Redis carries out as one step; what is past its time
 * expires by itself.
 *
 * The connection is the application's, which closes it. A token that Redis loses (turn on AOF or snapshots; no eviction of these keys) is
 * one that nobody has seen: the issuer alone decides about it.
 *
 * @example
 * ```ts
 * CotterModule.forRoot({
 *   apiKeyId: 'your-api-key-id',
 *   refreshLedger: { useValue: new RedisRefreshLedger(new Redis('redis://127.0.0.1:6379')) },
 * })
 * ```
 */
export class RedisRefreshLedger extends RefreshLedger {
  readonly #prefix: string;

  constructor(
    private readonly redis: Redis,
    { keyPrefix = 'nestjs-cotter:', realm = 'cotter' }: RedisRefreshLedgerOptions = {},
  ) {
    super();
    // All tokens of a realm in one slot of a cluster: which family a token belongs to is known only once it is read.
    this.#prefix = `${keyPrefix}{${realm}}:refresh:`;
  }

  override async bind(hash: string, { issuer, subject }: TokenOwner, { keepMs }: LedgerTime): Promise<Binding> {
    const answer = await BIND.run(this.redis, [this.#key(hash)], [issuer, subject, keepMs]);
    const [outcome, family] = answer as ['bound' | 'ended' | 'foreign', string];
    return outcome === 'foreign' ? { outcome } : { outcome, family };
  }

  override async claim(hash: string, request: ClaimRequest): Promise<Claim> {
    const keys = [this.#key(hash)];
    for (let look = 0; look < MAX_LOOKS; look++) {
      const members = await READ.run(this.redis, keys, []);
      const entry = members === null ? null : toEntry(members as Texts);
      const verdict = entry === null ? 'free' : judge(entry, request);
      if (verdict !== 'free') return this.#settle(keys, verdict);
      const claimId = randomUUID();
      const { nowMs, leaseMs, keepMs } = request;
      const seen = [entry?.state ?? '', entry?.claimId ?? ''];
      const taken = await TAKE.run(this.redis, keys, [...seen, claimId, nowMs, leaseMs, keepMs]);
      if (taken === null) continue;
      const [family, issuer = null, subject = null, held = null] = taken as Texts;
      return { outcome: 'claimed', family: family ?? hash, claimId, owner: toOwner(issuer, subject), held };
    }
    throw new StoreUnavailableError(RETRY_SOON_SECONDS, { cause: new Error('The token never stood still.') });
  }

  override async complete(hash: string, claimId: string, completion: Completion): Promise<CompletionOutcome> {
    const { successorHash, sealed, owner, nowMs, keepMs } = completion;
    const keys = [this.#key(hash), this.#key(successorHash)];
    const values = [claimId, owner.issuer, owner.subject, sealed, SEALED_KEPT_MS, nowMs, keepMs];
    return (await COMPLETE.run(this.redis, keys, values)) as CompletionOutcome;
  }

  override async release(hash: string, claimId: string, held: string | null): Promise<void> {
    await RELEASE.run(this.redis, [this.#key(hash)], [claimId, held ?? '']);
  }

  override async refuse(hash: string, claimId: string): Promise<boolean> {
    return (await REFUSE.run(this.redis, [this.#key(hash)], [claimId])) === 1;
  }

  override async revoke(hash: string, { keepMs }: LedgerTime): Promise<void> {
    await REVOKE.run(this.redis, [this.#key(hash)], [keepMs]);
  }

  /** Nothing to do: keys expire. */
  override sweep(): Promise<number> {
    return Promise.resolve(0);
  }

  async #settle(keys: readonly string[], verdict: Exclude<Claim, { outcome: 'claimed' }>): Promise<Claim> {
    if (verdict.outcome === 'refused' && verdict.reason === 'reused') {
      const isFirst = (await REVOKE.run(this.redis, keys, [SEALED_KEPT_MS])) === 1;
      // Of several thieves, one is told about.
      return isFirst ? verdict : { ...verdict, reason: 'revoked' };
    }
    // Should the clock catch up: the window does not open a second time.
    if (verdict.outcome === 'undecided') await ERASE.run(this.redis, keys, []);
    return verdict;
  }

  #key(hash: string): string {
    return `${this.#prefix}${hash}`;
  }
}

function toEntry(members: Texts): LedgerEntry {
  const [family = null, state, claimId = null, claimedAt, lease, spentAt, held = null] = members;
  const [issuer = null, subject = null, revoked = null, sealed = null] = members.slice(7);
  return {
    family: family ?? '',
    owner: toOwner(issuer, subject),
    isRevoked: revoked !== null,
    state: state as TokenState,
    claimId,
    claimedAtMs: toNumber(claimedAt),
    leaseMs: toNumber(lease),
    spentAtMs: toNumber(spentAt),
    sealed,
    held,
  };
}

function toNumber(text: string | null | undefined): number | null {
  return text === null || text === undefined ? null : Number(text);
}

function toOwner(issuer: string | null, subject: string | null): TokenOwner | null {
  return issuer === null || subject === null ? null : { issuer, subject };
}
