import type { Claim, ClaimRequest, TokenOwner } from './refresh-ledger.js';

/** Where a token stands. `dead`: the issuer said no to it. */
export type TokenState = 'live' | 'running' | 'spent' | 'dead';

/** What a ledger knows of a token, and of its family. */
export interface LedgerEntry {
  readonly family: string;
  readonly owner: TokenOwner | null;
  readonly isRevoked: boolean;
  readonly state: TokenState;
  /** Of the renewal that runs, or of the last one that came to an end. */
  readonly claimId: string | null;
  readonly claimedAtMs: number | null;
  readonly leaseMs: number | null;
  readonly spentAtMs: number | null;
  readonly sealed: string | null;
  readonly held: string | null;
}

const HOUR_MS = 3_600_000;
/** A claim so much older than its lease was abandoned, even if a clock has jumped by an hour. */
const ABANDONED_MS = 2 * HOUR_MS;
/** The clocks of two processes may differ by this much. */
const SKEW_MS = 5_000;

/** How long the sealed result of a renewal is kept: longer than any replay window, and than a jump of the clock. */
export const SEALED_KEPT_MS = 2 * HOUR_MS;

/** The verdict on a token: `free` to be claimed, or the answer. Whoever acts on it has to make sure that the entry is still the same. */
export function judge(entry: LedgerEntry, request: ClaimRequest): 'free' | Exclude<Claim, { outcome: 'claimed' }> {
  const { family, owner, claimId, sealed, state } = entry;
  const { watched, nowMs, replayMs } = request;
  if (entry.isRevoked || state === 'dead') return { outcome: 'refused', family, reason: 'revoked', owner };
  // Whoever saw this very renewal run was in the race, whatever the clock says.
  if (state !== 'running' && sealed !== null && watched !== null && watched.claimId === claimId) {
    return { outcome: 'renewed', family, sealed };
  }
  if (state === 'live') return 'free';
  if (state === 'running' && claimId !== null) {
    return isAbandoned(entry, request) ? 'free' : { outcome: 'running', claimId, leaseMs: entry.leaseMs ?? 0 };
  }
  const ageMs = nowMs - (entry.spentAtMs ?? 0);
  if (replayMs === 0 || ageMs >= replayMs) return { outcome: 'refused', family, reason: 'reused', owner };
  // As long before as after: a clock that was set back by less than the window tells enough.
  return sealed === null || ageMs < -Math.max(SKEW_MS, replayMs)
    ? { outcome: 'undecided' }
    : { outcome: 'renewed', family, sealed };
}

function isAbandoned({ claimId, claimedAtMs, leaseMs }: LedgerEntry, { watched, nowMs }: ClaimRequest): boolean {
  if (watched?.hasLapsed === true && watched.claimId === claimId) return true;
  return nowMs - (claimedAtMs ?? 0) >= (leaseMs ?? 0) + ABANDONED_MS;
}

export function isSameOwner(one: TokenOwner | null, other: TokenOwner): boolean {
  return one !== null && one.issuer === other.issuer && one.subject === other.subject;
}
