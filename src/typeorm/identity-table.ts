import type { EntityManager, FindOptionsWhere } from 'typeorm';

import type { IdentityPair } from '../users/account.js';
import { assertExact } from './account-queries.js';
import { insertUnlessPresent } from './insert-unless-present.js';
import { CotterUserIdentity } from './user-identity.entity.js';

/** Statements on the pairs of one realm. Each is atomic; all of them run on the manager that is given. */
export class IdentityTable {
  constructor(private readonly realm: string) {}

  /** Gives a pair to an account, unless somebody has it. */
  async insert(manager: EntityManager, pair: IdentityPair, userId: string, at: Date): Promise<void> {
    await insertUnlessPresent(manager, CotterUserIdentity, { ...this.#key(pair), userId, createdAt: at });
  }

  /** The account that a pair points to, whether it exists or not. */
  async findUserId(manager: EntityManager, pair: IdentityPair): Promise<string | null> {
    const row = await manager.findOneBy(CotterUserIdentity, this.#key(pair));
    if (row === null) return null;
    assertExact(row.realm, this.realm);
    assertExact(row.issuer, pair.issuer);
    assertExact(row.subject, pair.subject);
    return row.userId;
  }

  /** Points a pair from one account to another; does nothing where somebody else was faster. */
  async takeOver(manager: EntityManager, pair: IdentityPair, from: string, to: string): Promise<void> {
    await manager.update(CotterUserIdentity, { ...this.#key(pair), userId: from }, { userId: to });
  }

  /** Every pair of an account. */
  async findPairs(manager: EntityManager, userId: string): Promise<readonly IdentityPair[]> {
    const rows = await manager.findBy(CotterUserIdentity, { realm: this.realm, userId });
    return rows.map(({ issuer, subject }) => ({ issuer, subject }));
  }

  async remove(manager: EntityManager, pair: IdentityPair, userId: string): Promise<void> {
    await manager.delete(CotterUserIdentity, { ...this.#key(pair), userId });
  }

  #key(pair: IdentityPair): FindOptionsWhere<CotterUserIdentity> & IdentityPair {
    return { realm: this.realm, issuer: pair.issuer, subject: pair.subject };
  }
}
