import { IsNull, type EntityManager, type FindOptionsWhere } from 'typeorm';

import type { LedgerEntry } from '../renewal/ledger-entry.js';
import type { TokenOwner } from '../renewal/refresh-ledger.js';
import { insertUnlessPresent } from './insert-unless-present.js';
import { CotterRefreshToken } from './refresh-token.entity.js';

type Changes = Partial<Omit<CotterRefreshToken, 'hash' | 'realm' | 'first'>>;
type Condition = FindOptionsWhere<CotterRefreshToken>;

/** An entry, and what only the tables know of it. */
export interface StoredEntry extends LedgerEntry {
  readonly revokedBy: string | null;
}

/**
 * Statements on the refresh tokens of one realm. Each is atomic; all of them run on the manager that is given, which is one of the primary:
 * a replica lags.
 */
export class RefreshTokenTable {
  constructor(private readonly realm: string) {}

  /** A token with what is true of its family. */
  async read(manager: EntityManager, hash: string): Promise<StoredEntry | null> {
    const row = await manager
      .createQueryBuilder(CotterRefreshToken, 'token')
      .innerJoinAndMapOne(
        'token.first',
        CotterRefreshToken,
        'first',
        'first.hash = token.family AND first.realm = token.realm',
      )
      .where('token.hash = :hash AND token.realm = :realm', { hash, realm: this.realm })
      .getOne();
    return row?.first === undefined ? null : toEntry(row, row.first);
  }

  /** Adds a token, unless it is known. */
  async add(manager: EntityManager, hash: string, family: string, columns: Changes): Promise<void> {
    await insertUnlessPresent(manager, CotterRefreshToken, {
      state: 'live',
      ...columns,
      hash,
      family,
      realm: this.realm,
    });
  }

  /** Changes a token where it stands as the condition says. */
  async change(manager: EntityManager, hash: string, condition: Condition, changes: Changes): Promise<void> {
    await manager.update(CotterRefreshToken, { ...condition, hash, realm: this.realm }, changes);
  }

  async remove(manager: EntityManager, hash: string, condition: Condition): Promise<void> {
    await manager.delete(CotterRefreshToken, { ...condition, hash, realm: this.realm });
  }

  /** Notes whose family this is, where nobody knows. */
  async adopt(manager: EntityManager, family: string, { issuer, subject }: TokenOwner): Promise<void> {
    await this.change(manager, family, { issuer: IsNull() }, { issuer, subject });
  }

  async revoke(manager: EntityManager, family: string, revokedBy: string): Promise<void> {
    await this.change(manager, family, { revokedBy: IsNull() }, { revokedBy });
  }
}

function toEntry(row: CotterRefreshToken, first: CotterRefreshToken): StoredEntry {
  const { issuer, subject, revokedBy } = first;
  return {
    family: row.family,
    owner: issuer === null || subject === null ? null : { issuer, subject },
    isRevoked: revokedBy !== null,
    revokedBy,
    state: row.state,
    claimId: row.claimId,
    claimedAtMs: row.claimedAt,
    leaseMs: row.leaseMs,
    spentAtMs: row.spentAt,
    sealed: row.sealed,
    held: row.held,
  };
}
