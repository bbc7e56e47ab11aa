import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';

import type { NewAccount } from '../users/account.js';
import type { Registration } from '../users/users.repository.js';
import type { AccountQueries } from './account-queries.js';
import type { UnitOfWork, Verdict } from './atomically.js';
import { hasOneConnection } from './dialect.js';
import type { IdentityTable } from './identity-table.js';
import { insertRow, insertUnlessPresent } from './insert-unless-present.js';
import { createUser } from './new-user.js';
import type { RegistrationStatement } from './registration-statement.js';
import type { CotterUserBase } from './user.entity.js';

/** The tables of one realm. */
export interface UserTables<TUser extends CotterUserBase> {
  readonly realm: string;
  readonly userEntity: new () => TUser;
  readonly queries: AccountQueries<TUser>;
  readonly identities: IdentityTable;
  /** Where the database and the entity have one. */
  readonly statement: RegistrationStatement<TUser> | null;
}

/**
 * The statements of one registration: the pair, then the user, then a look at what the tables say. Whether this registration made the
 * account is told by the id of the row that comes back, since drivers disagree about affected rows.
 *
 * The pair comes first, so that a crash on a database without transactions leaves a pair without a user, which counts for nothing.
 */
export class RegistrationUnit<TUser extends CotterUserBase> implements UnitOfWork<Registration<TUser>> {
  readonly #id = randomUUID();

  constructor(
    private readonly tables: UserTables<TUser>,
    private readonly account: NewAccount,
  ) {}

  async run(manager: EntityManager): Promise<Verdict<Registration<TUser>>> {
    const { userEntity, queries, identities } = this.tables;
    const { pair, at } = this.account;
    if (hasOneConnection(manager)) {
      // Without a transaction, a user who is taken back again would be seen by others meanwhile.
      const owner = await queries.byPair(pair);
      if (owner !== null) return this.#verdict(owner);
    }
    await identities.insert(manager, pair, this.#id, at);
    await insertUnlessPresent(manager, userEntity, this.#row(manager));
    const owner = (await queries.byPair(pair, manager.queryRunner)) ?? (await this.#takeOver(manager));
    return owner === null ? this.#explain(manager) : this.#verdict(owner);
  }

  async undo(manager: EntityManager): Promise<void> {
    await this.tables.identities.remove(manager, this.account.pair, this.#id);
    await manager.createQueryBuilder().delete().from(this.tables.userEntity).whereInIds(this.#id).execute();
  }

  /** The application may have deleted the user that the pair belonged to. */
  async #takeOver(manager: EntityManager): Promise<TUser | null> {
    const { queries, identities } = this.tables;
    const { pair } = this.account;
    const abandoned = await identities.findUserId(manager, pair);
    if (abandoned === null || abandoned === this.#id) return null;
    await identities.takeOver(manager, pair, abandoned, this.#id);
    return queries.byPair(pair, manager.queryRunner);
  }

  /** The pair is ours and the user is not there: somebody has the identifier, or a value of a unique column of the application's. */
  async #explain(manager: EntityManager): Promise<Verdict<Registration<TUser>>> {
    const { userEntity, queries } = this.tables;
    const { pair, identifier } = this.account;
    const holder = await queries.byIdentifier(identifier.value, manager.queryRunner);
    if (holder !== null && holder.id !== this.#id) return { result: { outcome: 'identifier_taken' }, keep: false };
    // The driver names the column; where the value is free by now, the user is there.
    if (holder === null) await insertRow(manager, userEntity, this.#row(manager));
    return this.#verdict(await queries.getByPair(pair, manager.queryRunner));
  }

  #verdict(account: TUser): Verdict<Registration<TUser>> {
    const created = account.id === this.#id;
    return { result: { outcome: created ? 'created' : 'known', account }, keep: created };
  }

  #row(manager: EntityManager): TUser {
    return createUser(manager, { ...this.tables, id: this.#id }, this.account);
  }
}
