import { randomUUID } from 'node:crypto';

import { isSameOwner, judge, SEALED_KEPT_MS, type LedgerEntry, type TokenState } from './ledger-entry.js';
import {
  RefreshLedger,
  type Binding,
  type Claim,
  type ClaimRequest,
  type Completion,
  type CompletionOutcome,
  type LedgerTime,
  type TokenOwner,
} from './refresh-ledger.js';

interface Family {
  readonly name: string;
  owner: TokenOwner | null;
  isRevoked: boolean;
}

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

interface Row extends Writable<Omit<LedgerEntry, 'family' | 'owner' | 'isRevoked'>> {
  readonly family: Family;
  expiresAtMs: number;
}

const MAX_TOKENS = 100_000;

/** Refresh tokens in the memory of one process, some 500 bytes each: forgotten when it ends, and no other process knows of them. */
export class MemoryRefreshLedger extends RefreshLedger {
  // The one that was touched last stands last.
  protected readonly rows = new Map<string, Row>();

  /** @param maxTokens - Of more than these, those that were touched longest ago are forgotten. */
  constructor(private readonly maxTokens: number = MAX_TOKENS) {
    super();
  }

  /** How many tokens are known. */
  get size(): number {
    return this.rows.size;
  }

  override bind(hash: string, owner: TokenOwner, time: LedgerTime): Promise<Binding> {
    const row = this.rows.get(hash) ?? this.#begin(hash, { owner }, time);
    row.family.owner ??= owner;
    if (!isSameOwner(row.family.owner, owner)) return Promise.resolve({ outcome: 'foreign' });
    return Promise.resolve({ outcome: isEnded(row) ? 'ended' : 'bound', family: row.family.name });
  }

  override claim(hash: string, request: ClaimRequest): Promise<Claim> {
    const row = this.rows.get(hash) ?? this.#begin(hash, {}, request);
    const { name: family, owner, isRevoked } = row.family;
    const verdict = judge({ ...row, family, owner, isRevoked }, request);
    if (verdict === 'free') {
      const claimId = randomUUID();
      const { nowMs: claimedAtMs, leaseMs } = request;
      this.#touch(hash, Object.assign(row, { state: 'running', claimId, claimedAtMs, leaseMs, sealed: null }));
      return Promise.resolve({ outcome: 'claimed', family, claimId, owner, held: row.held });
    }
    if (verdict.outcome === 'refused') row.family.isRevoked = true;
    // Should the clock catch up: the window does not open a second time.
    if (verdict.outcome === 'undecided') row.sealed = null;
    return Promise.resolve(verdict);
  }

  override complete(hash: string, claimId: string, completion: Completion): Promise<CompletionOutcome> {
    return Promise.resolve(this.#complete(hash, claimId, completion));
  }

  override release(hash: string, claimId: string, held: string | null): Promise<void> {
    const row = this.#runningRow(hash, claimId);
    if (row === null) return Promise.resolve();
    // Of a token that was never good for anything, nothing is worth remembering.
    if (row.family.owner === null && held === null) this.rows.delete(hash);
    Object.assign(row, { state: 'live', claimId: null, held });
    return Promise.resolve();
  }

  override refuse(hash: string, claimId: string): Promise<boolean> {
    const row = this.#runningRow(hash, claimId);
    if (row === null) return Promise.resolve(false);
    if (row.family.owner === null) this.rows.delete(hash);
    row.state = 'dead';
    row.family.isRevoked = true;
    return Promise.resolve(true);
  }

  override revoke(hash: string, time: LedgerTime): Promise<void> {
    const row = this.rows.get(hash) ?? this.#begin(hash, {}, time);
    row.family.isRevoked = true;
    return Promise.resolve();
  }

  override sweep(nowMs: number): Promise<number> {
    const before = this.rows.size;
    for (const [hash, row] of this.rows) {
      if (row.expiresAtMs <= nowMs) this.rows.delete(hash);
      else if (row.spentAtMs !== null && row.spentAtMs + SEALED_KEPT_MS <= nowMs) row.sealed = null;
    }
    return Promise.resolve(before - this.rows.size);
  }

  #complete(hash: string, claimId: string, completion: Completion): CompletionOutcome {
    const { successorHash, sealed, owner, nowMs, keepMs } = completion;
    const row = this.rows.get(hash);
    if (row?.claimId !== claimId) return 'lost';
    if (row.state !== 'running') return 'completed';
    if (row.family.isRevoked) return 'revoked';
    if (row.family.owner !== null && !isSameOwner(row.family.owner, owner)) return 'foreign';
    const known = successorHash === hash ? undefined : this.rows.get(successorHash);
    if (known !== undefined && (isEnded(known) || !isSameOwner(known.family.owner ?? owner, owner))) return 'foreign';
    row.family.owner = owner;
    const result = { sealed, held: null, expiresAtMs: nowMs + keepMs };
    if (successorHash === hash) {
      this.#touch(hash, Object.assign(row, result, { state: 'live' }));
      return 'completed';
    }
    this.#touch(hash, Object.assign(row, result, { state: 'spent', spentAtMs: nowMs }));
    if (known === undefined) this.#add(successorHash, row.family, 'live', completion);
    return 'completed';
  }

  #runningRow(hash: string, claimId: string): Row | null {
    const row = this.rows.get(hash);
    return row?.state === 'running' && row.claimId === claimId ? row : null;
  }

  #begin(hash: string, family: Partial<Family>, time: LedgerTime): Row {
    return this.#add(hash, { name: hash, owner: null, isRevoked: false, ...family }, 'live', time);
  }

  #add(hash: string, family: Family, state: TokenState, { nowMs, keepMs }: LedgerTime): Row {
    const nothing = { claimId: null, claimedAtMs: null, leaseMs: null, spentAtMs: null, sealed: null, held: null };
    const row: Row = { ...nothing, family, state, expiresAtMs: nowMs + keepMs };
    this.#touch(hash, row);
    return row;
  }

  #touch(hash: string, row: Row): void {
    this.rows.delete(hash);
    this.rows.set(hash, row);
    const [oldest] = this.rows.keys();
    if (this.rows.size > this.maxTokens && oldest !== undefined) this.rows.delete(oldest);
  }
}

function isEnded({ state, family }: Row): boolean {
  return family.isRevoked || state === 'spent' || state === 'dead';
}
