import { LessThan, type EntityManager } from 'typeorm';

import { isSameOwner, SEALED_KEPT_MS, type LedgerEntry } from '../renewal/ledger-entry.js';
import type { Completion, CompletionOutcome } from '../renewal/refresh-ledger.js';
import type { UnitOfWork, Verdict } from './atomically.js';
import type { RefreshTokenTable } from './refresh-token-table.js';

/**
 * The statements that spend one token and add the next. The new one comes first: after a crash on a database without transactions it is
 * there, and nobody has it. What decides is the change of the old one, which only its claim can make.
 */
export class CompletionUnit implements UnitOfWork<CompletionOutcome> {
  constructor(
    private readonly table: RefreshTokenTable,
    private readonly hash: string,
    private readonly claimId: string,
    private readonly completion: Completion,
  ) {}

  async run(manager: EntityManager): Promise<Verdict<CompletionOutcome>> {
    const { table, hash, claimId } = this;
    const { successorHash, owner, sealed, nowMs, keepMs } = this.completion;
    const entry = await table.read(manager, hash);
    if (entry?.claimId !== claimId) return refused('lost');
    // Done before, by a caller who never heard of it.
    if (entry.state !== 'running') return { result: 'completed', keep: true };
    const { family } = entry;
    const expiresAt = nowMs + keepMs;
    // The row of the first token is locked from here on: a revocation comes before or after all of this.
    await table.change(manager, family, { expiresAt: LessThan(expiresAt) }, { expiresAt });
    await table.adopt(manager, family, owner);
    const isKept = successorHash === hash;
    if (!isKept) await table.add(manager, successorHash, family, { addedBy: claimId, expiresAt });
    const current = await table.read(manager, hash);
    if (current === null || current.isRevoked) return refused('revoked');
    if (!isSameOwner(current.owner, owner)) return refused('foreign');
    if (!isKept && !isUsable(await table.read(manager, successorHash), this.completion)) return refused('foreign');
    const outcome = isKept ? ({ state: 'live' } as const) : ({ state: 'spent', spentAt: nowMs } as const);
    const sealedUntil = nowMs + SEALED_KEPT_MS;
    await table.change(
      manager,
      hash,
      { claimId, state: 'running' },
      { ...outcome, sealed, sealedUntil, held: null, ...(hash === family ? {} : { expiresAt }) },
    );
    const after = await table.read(manager, hash);
    if (after?.claimId !== claimId || after.state !== outcome.state) return refused('lost');
    return { result: 'completed', keep: true };
  }

  /** Whose family it is was true all the same. */
  async undo(manager: EntityManager): Promise<void> {
    const { successorHash } = this.completion;
    if (successorHash === this.hash) return;
    await this.table.remove(manager, successorHash, { addedBy: this.claimId, state: 'live' });
  }
}

function isUsable(entry: LedgerEntry | null, { owner }: Completion): boolean {
  if (entry === null || entry.isRevoked || (entry.owner !== null && !isSameOwner(entry.owner, owner))) return false;
  return entry.state === 'live' || entry.state === 'running';
}

function refused(result: CompletionOutcome): Verdict<CompletionOutcome> {
  return { result, keep: false };
}
