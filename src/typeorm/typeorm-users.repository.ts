import type { DataSource, ObjectLiteral } from 'typeorm';

import { CotterConfigurationError } from '../errors/configuration.error.js';
import type { Identifier } from '../identifiers/identifier.js';
import type { AccountStanding, IdentityPair, LoginRecord, NewAccount } from '../users/account.js';
import { systemClock, type Clock } from '../tokens/clock.js';
import { UsersRepository, type Registration } from '../users/users.repository.js';
import { AccountQueries } from './account-queries.js';
import { AttachmentUnit } from './attachment.js';
import { atomically, retried } from './atomically.js';
import { isDuplicateKey, toStoreError } from './database-errors.js';
import { IdentityTable } from './identity-table.js';
import { updateLastLogins } from './login-batch.js';
import { RegistrationStatement } from './registration-statement.js';
import { RegistrationUnit, type UserTables } from './registration.js';
import {
  assertStorableIdentifier,
  assertStorablePair,
  isStorableIdentifier,
  isStorablePair,
  toStorableMethod,
} from './storable.js';
import { REALM_LENGTH, type CotterUserBase } from './user.entity.js';
import { attachAtOnce, registerAtOnce } from './without-transaction.js';

/** Accounts a statement, when last logins are written. */
const BATCH_SIZE = 100;

/**
 * Users in a table of the application's database, through TypeORM: PostgreSQL, MySQL, MariaDB and SQLite.
 *
 * How long a statement may take, and how long one waits for a connection, is up to the options of the DataSource. PostgreSQL:
 * `connectTimeoutMS`, and `statement_timeout` under `extra`. MySQL and MariaDB: `connectTimeout`, and the server's
 * `max_execution_time` or `max_statement_time`. Without them a database that hangs keeps its callers waiting.
 *
 * Deleting a row of the user table is all it takes to delete an account; delete its rows of `cotter_user_identity` with it where
 * nothing of a person may remain.
 *
 * A row that the database refuses for the sake of an application's own column (missing, too long, taken) is TypeORM's
 * `QueryFailedError`, as it is for the application's own statements.
 */
export class TypeOrmUsersRepository<TUser extends CotterUserBase = CotterUserBase> extends UsersRepository<TUser> {
  #tables: UserTables<TUser> | null = null;

  /**
   * @param realm - The name of the module: other realms in the same tables are other people. At most 64 characters.
   * @throws {@link CotterConfigurationError} (`invalid_configuration`) for a longer one.
   */
  constructor(
    private readonly dataSource: DataSource,
    private readonly userEntity: new () => TUser,
    private readonly realm: string,
    private readonly clock: Clock = systemClock,
  ) {
    super();
    if (realm.length > REALM_LENGTH) {
      throw new CotterConfigurationError(
        'name',
        `must have at most ${String(REALM_LENGTH)} characters, to name users in a table`,
      );
    }
  }

  override findByPair(pair: IdentityPair): Promise<TUser | null> {
    return this.#storing(async ({ queries }) => (isStorablePair(pair) ? queries.byPair(pair) : null));
  }

  override findByIdentifier(identifier: string): Promise<TUser | null> {
    return this.#storing(async ({ queries }) =>
      isStorableIdentifier(identifier) ? queries.byIdentifier(identifier) : null,
    );
  }

  override register(account: NewAccount): Promise<Registration<TUser>> {
    return this.#storing(async (tables) => {
      assertStorablePair(account.pair);
      assertStorableIdentifier(account.identifier.value);
      return (
        (await registerAtOnce(this.dataSource, tables, account)) ??
        (await atomically(this.dataSource, new RegistrationUnit(tables, account)))
      );
    });
  }

  override attachPair(accountId: string, pair: IdentityPair): Promise<TUser> {
    return this.#storing(async (tables) => {
      assertStorablePair(pair);
      const at = new Date(this.clock());
      return (
        (await attachAtOnce(this.dataSource, tables, accountId, pair, at)) ??
        (await atomically(this.dataSource, new AttachmentUnit(tables, accountId, pair, at)))
      );
    });
  }

  override changeIdentifier(accountId: string, identifier: Identifier): Promise<TUser | null> {
    return this.#storing(async ({ queries }) => {
      assertStorableIdentifier(identifier.value);
      const changes: ObjectLiteral = { identifier: identifier.value, identifierType: identifier.type };
      const row: ObjectLiteral = { id: accountId, realm: this.realm };
      try {
        await retried(() => this.dataSource.manager.update<ObjectLiteral>(this.userEntity, row, changes));
      } catch (error) {
        if (isDuplicateKey(error)) return null;
        throw error;
      }
      return queries.getById(accountId);
    });
  }

  override setDisabled(accountId: string, disabledAt: Date | null): Promise<TUser> {
    return this.#storing(async ({ queries }) => {
      const changes: ObjectLiteral = { disabledAt };
      const row: ObjectLiteral = { id: accountId, realm: this.realm };
      await retried(() => this.dataSource.manager.update<ObjectLiteral>(this.userEntity, row, changes));
      return queries.getById(accountId);
    });
  }

  override getStanding(accountId: string): Promise<AccountStanding> {
    return this.#storing(async ({ queries, identities }) => {
      const { disabledAt } = await queries.getById(accountId);
      // A replica may not have the latest pair yet.
      const runner = this.dataSource.createQueryRunner('master');
      try {
        return { disabledAt, pairs: await identities.findPairs(runner.manager, accountId) };
      } finally {
        await runner.release();
      }
    });
  }

  override recordLogins(logins: readonly LoginRecord[]): Promise<void> {
    return this.#storing(async () => {
      const metadata = this.dataSource.getMetadata(this.userEntity);
      // Processes that lock rows in the same order seldom deadlock; where they do, one of them is tried again.
      const ordered = logins
        .map((login) => ({ ...login, authenticationMethod: toStorableMethod(login.authenticationMethod) }))
        .sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
      for (let start = 0; start < ordered.length; start += BATCH_SIZE) {
        const batch = updateLastLogins(this.dataSource, metadata, this.realm, ordered.slice(start, start + BATCH_SIZE));
        await retried(() => this.dataSource.query(batch.text, [...batch.parameters]));
      }
    });
  }

  async #storing<T>(work: (tables: UserTables<TUser>) => T | Promise<T>): Promise<T> {
    try {
      if (!this.dataSource.isInitialized) throw new Error('The DataSource is not initialised, or it is closed.');
      return await work(this.#prepare());
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** Not in the constructor: a DataSource knows its tables once it is initialised. */
  #prepare(): UserTables<TUser> {
    if (this.#tables !== null) return this.#tables;
    const { dataSource, userEntity, realm } = this;
    const queries = new AccountQueries(dataSource, userEntity, realm);
    const statement = RegistrationStatement.findFor(dataSource, queries.rows);
    this.#tables = { realm, userEntity, queries, identities: new IdentityTable(realm), statement };
    return this.#tables;
  }
}
