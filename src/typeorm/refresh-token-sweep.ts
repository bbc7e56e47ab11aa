import { randomUUID } from 'node:crypto';
import { In, IsNull, LessThan, LessThanOrEqual, MoreThan, Not, type EntityManager } from 'typeorm';

import { inBatches, SWEEP_BATCH } from './in-batches.js';
import type { RefreshTokenTable } from './refresh-token-table.js';
import { CotterRefreshToken } from './refresh-token.entity.js';

/** Stands in the table among the hashes, and is none: the row that processes take turns by. */
const TURN = 'sweep';
const TURN_MS = 5 * 60_000;
const FOR_GOOD = Number.MAX_SAFE_INTEGER;

/** Takes what is past its time out of the table, in batches, unless another process has done so in the last minutes. */
export async function sweepRefreshTokens(
  manager: EntityManager,
  table: RefreshTokenTable,
  realm: string,
  nowMs: number,
): Promise<number> {
  if (!(await takeTurn(manager, table, nowMs))) return 0;
  await inBatches(
    () => hashesOf(manager, { realm, sealedUntil: LessThanOrEqual(nowMs) }),
    (hashes) => manager.update(CotterRefreshToken, { realm, hash: In(hashes) }, { sealed: null, sealedUntil: null }),
  );
  const expired = { realm, expiresAt: LessThanOrEqual(nowMs) };
  return inBatches(
    () => hashesOf(manager, expired),
    // Somebody may have come back in the meantime.
    (hashes) => manager.delete(CotterRefreshToken, { ...expired, hash: In(hashes) }),
  );
}

async function takeTurn(manager: EntityManager, table: RefreshTokenTable, nowMs: number): Promise<boolean> {
  const claimId = randomUUID();
  const turn = { claimId, claimedAt: nowMs };
  await table.add(manager, TURN, TURN, { claimedAt: 0, expiresAt: FOR_GOOD });
  await table.change(manager, TURN, { claimedAt: LessThan(nowMs - TURN_MS) }, turn);
  // A turn that was taken in the future was taken before the clock was set back.
  await table.change(manager, TURN, { claimedAt: MoreThan(nowMs + TURN_MS), claimId: Not(IsNull()) }, turn);
  return (await table.read(manager, TURN))?.claimId === claimId;
}

async function hashesOf(manager: EntityManager, where: object): Promise<string[]> {
  const rows = await manager.find(CotterRefreshToken, {
    select: { hash: true, realm: true },
    where,
    take: SWEEP_BATCH,
  });
  return rows.map(({ hash }) => hash);
}
