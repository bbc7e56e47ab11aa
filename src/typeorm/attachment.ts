import type { EntityManager } from 'typeorm';

import type { IdentityPair } from '../users/account.js';
import type { UnitOfWork, Verdict } from './atomically.js';
import type { UserTables } from './registration.js';
import type { CotterUserBase } from './user.entity.js';

/** The statements that give an account one more pair. */
export class AttachmentUnit<TUser extends CotterUserBase> implements UnitOfWork<TUser> {
  constructor(
    private readonly tables: UserTables<TUser>,
    private readonly accountId: string,
    private readonly pair: IdentityPair,
    private readonly at: Date,
  ) {}

  async run(manager: EntityManager): Promise<Verdict<TUser>> {
    const { queries, identities } = this.tables;
    await identities.insert(manager, this.pair, this.accountId, this.at);
    const owner = await queries.byPair(this.pair, manager.queryRunner);
    if (owner !== null) return { result: owner, keep: true };
    // The application may have deleted the user that the pair belonged to, or the one who is to have it.
    const abandoned = await identities.findUserId(manager, this.pair);
    if (abandoned !== null) await identities.takeOver(manager, this.pair, abandoned, this.accountId);
    return { result: await queries.getByPair(this.pair, manager.queryRunner), keep: true };
  }

  /** Only where the account is gone. */
  async undo(manager: EntityManager): Promise<void> {
    await this.tables.identities.remove(manager, this.pair, this.accountId);
  }
}
