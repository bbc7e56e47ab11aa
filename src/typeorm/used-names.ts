import { createHash } from 'node:crypto';

import { In, LessThanOrEqual, type EntityManager } from 'typeorm';

import { KEPT_AFTER_END_MS } from '../revocation/revocation.js';
import { inBatches, SWEEP_BATCH } from './in-batches.js';
import { insertUnlessPresent } from './insert-unless-present.js';
import { CotterUsedName } from './used-name.entity.js';

/** Stands in the table among the hashes, and is none: the row that processes take turns by. */
const TURN = 'sweep';
const TURN_MS = 5 * 60_000;

/** Names of one realm, each of which one caller gets, of however many ask. Callers name themselves, anew for each question. */
export class UsedNames {
  constructor(private readonly realm: string) {}

  /** @returns whether nobody else had used the name. */
  use(manager: EntityManager, name: string, usedBy: string, nowMs: number, untilMs: number): Promise<boolean> {
    const hash = createHash('sha256').update(name).digest('hex');
    return this.#claim(
      manager,
      { hash, usedBy, expiresAt: untilMs },
      (endedAt) => endedAt + KEPT_AFTER_END_MS <= nowMs,
    );
  }

  /** @returns whether the caller alone sweeps, for the next minutes. */
  takeTurn(manager: EntityManager, usedBy: string, nowMs: number): Promise<boolean> {
    const expiresAt = nowMs + TURN_MS;
    // A turn that ends later than one that begins now was taken before the clock was set back.
    return this.#claim(manager, { hash: TURN, usedBy, expiresAt }, (endsAt) => endsAt <= nowMs || endsAt > expiresAt);
  }

  async sweep(manager: EntityManager, nowMs: number): Promise<void> {
    const ended = { realm: this.realm, expiresAt: LessThanOrEqual(nowMs - KEPT_AFTER_END_MS) };
    await inBatches(
      async () => {
        const select = { hash: true, realm: true } as const;
        const rows = await manager.find(CotterUsedName, { select, where: ended, take: SWEEP_BATCH });
        return rows.map(({ hash }) => hash);
      },
      // Somebody may have used it again in the meantime.
      (hashes) => manager.delete(CotterUsedName, { ...ended, hash: In(hashes) }),
    );
  }

  /** The row tells who got the name: drivers disagree about what a statement has changed. */
  async #claim(
    manager: EntityManager,
    claim: Omit<CotterUsedName, 'realm'>,
    isFree: (expiresAt: number) => boolean,
  ): Promise<boolean> {
    const key = { hash: claim.hash, realm: this.realm };
    await insertUnlessPresent(manager, CotterUsedName, { ...claim, ...key });
    const seen = await manager.findOneBy(CotterUsedName, key);
    if (seen === null || seen.usedBy === claim.usedBy || !isFree(seen.expiresAt)) return seen?.usedBy === claim.usedBy;
    await manager.update(CotterUsedName, { ...key, usedBy: seen.usedBy, expiresAt: seen.expiresAt }, claim);
    return (await manager.findOneBy(CotterUsedName, key))?.usedBy === claim.usedBy;
  }
}
