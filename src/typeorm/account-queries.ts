import type { DataSource, QueryRunner } from 'typeorm';

import { StoreUnavailableError } from '../errors/store.errors.js';
import type { IdentityPair } from '../users/account.js';
import { AccountQuery, type FoundAccount } from './account-query.js';
import { AccountRows } from './account-rows.js';
import { CotterUserIdentity } from './user-identity.entity.js';
import type { CotterUserBase } from './user.entity.js';

const RETRY_AFTER_SECONDS = 5;
/** For what has changed while it was looked at: the next try starts from what is there then. */
const RETRY_SOON_SECONDS = 1;

/**
 * The ways to find an account. Each checks that what the database calls equal is equal: a collation that ignores case, accents or trailing
 * spaces would let one person into the account of another.
 *
 * Where a key tells which account, its realm is compared here and is no condition beside the key: to PostgreSQL, as long as it knows nothing
 * of a new table, that would look like the shorter way.
 */
export class AccountQueries<TUser extends CotterUserBase> {
  readonly rows: AccountRows<TUser>;
  readonly #byPair: AccountQuery<TUser>;
  readonly #byIdentifier: AccountQuery<TUser>;
  readonly #byId: AccountQuery<TUser>;

  constructor(
    dataSource: DataSource,
    userEntity: new () => TUser,
    private readonly realm: string,
  ) {
    this.rows = new AccountRows(dataSource, userEntity);
    this.#byPair = new AccountQuery(
      dataSource,
      this.rows,
      (query) =>
        query
          .innerJoin(CotterUserIdentity, 'pair', 'pair.userId = account.id')
          .addSelect('pair.realm', 'pair_realm')
          .addSelect('pair.issuer', 'pair_issuer')
          .addSelect('pair.subject', 'pair_subject')
          .where('pair.realm = :realm AND pair.issuer = :issuer AND pair.subject = :subject'),
      ['realm', 'issuer', 'subject'],
    );
    this.#byIdentifier = new AccountQuery(
      dataSource,
      this.rows,
      (query) => query.where('account.realm = :realm AND account.identifier = :identifier'),
      ['realm', 'identifier'],
    );
    this.#byId = new AccountQuery(dataSource, this.rows, (query) => query.where('account.id = :id'), ['id']);
  }

  /** @throws {@link StoreUnavailableError} where the collation of the columns is not binary, here and in the other queries. */
  async byPair(pair: IdentityPair, runner?: QueryRunner): Promise<TUser | null> {
    const values = { realm: this.realm, issuer: pair.issuer, subject: pair.subject };
    const found = await this.#byPair.find(values, runner);
    for (const { row } of found) {
      assertExact(row['pair_realm'], this.realm);
      assertExact(row['pair_issuer'], pair.issuer);
      assertExact(row['pair_subject'], pair.subject);
    }
    return this.#findOwn(found);
  }

  /** @throws {@link StoreUnavailableError} where nobody has the pair, or the account was deleted a moment ago. */
  async getByPair(pair: IdentityPair, runner?: QueryRunner): Promise<TUser> {
    return orGone(await this.byPair(pair, runner));
  }

  async byIdentifier(identifier: string, runner?: QueryRunner): Promise<TUser | null> {
    const [found] = await this.#byIdentifier.find({ realm: this.realm, identifier }, runner);
    if (found === undefined) return null;
    assertExact(found.account.identifier, identifier);
    assertExact(found.account.realm, this.realm);
    return found.account;
  }

  /** @throws {@link StoreUnavailableError} where the account was deleted a moment ago. */
  async getById(id: string, runner?: QueryRunner): Promise<TUser> {
    return orGone(this.#findOwn(await this.#byId.find({ id }, runner)));
  }

  #findOwn(found: readonly FoundAccount<TUser>[]): TUser | null {
    return found.find(({ account }) => account.realm === this.realm)?.account ?? null;
  }
}

/** @throws {@link StoreUnavailableError} where a column compared other than character by character. */
export function assertExact(stored: unknown, asked: string): void {
  if (stored === asked) return;
  throw new StoreUnavailableError(RETRY_AFTER_SECONDS, {
    cause: new Error(
      'The database takes two different texts for equal: the columns realm, identifier, issuer and subject need a binary collation, ' +
        'such as utf8mb4_bin.',
    ),
  });
}

function orGone<T>(account: T | null): T {
  if (account !== null) return account;
  throw new StoreUnavailableError(RETRY_SOON_SECONDS, { cause: new Error('The account was deleted in the meantime.') });
}
