import type { AccountStanding, CotterAccount, IdentityPair, LoginRecord, NewAccount } from './account.js';

/** What came of {@link UsersRepository.register}. */
export type Registration<TAccount> =
  /** This call made the account. Of any number of racing calls, one gets this answer. */
  | { readonly outcome: 'created'; readonly account: TAccount }
  /** The pair already belongs to this account. */
  | { readonly outcome: 'known'; readonly account: TAccount }
  /** The identifier belongs to an account that does not have the pair. Nothing was written. */
  | { readonly outcome: 'identifier_taken' };

/**
 * The port to the user table. Give the module an implementation of your own to keep users anywhere; `nestjs-cotter/typeorm` has one
 * for TypeORM, which is the default.
 *
 * Each verb decides atomically: any number of calls at once, from any number of processes, leave one account a person.
 * Implementations throw {@link StoreUnavailableError} where the store does not answer.
 */
export abstract class UsersRepository<TAccount extends CotterAccount = CotterAccount> {
  abstract findByPair(pair: IdentityPair): Promise<TAccount | null>;

  /** @param identifier - In its normal form; compared character by character, whatever the collation of the column. */
  abstract findByIdentifier(identifier: string): Promise<TAccount | null>;

  /** Makes an account and gives it the pair: both or neither. */
  abstract register(account: NewAccount): Promise<Registration<TAccount>>;

  /**
   * Gives an account one more pair, unless somebody has the pair already.
   *
   * @returns the account that has the pair now.
   */
  abstract attachPair(accountId: string, pair: IdentityPair): Promise<TAccount>;

  /** @returns the account with its new identifier; `null`, with nothing written, where another account has that identifier. */
  abstract changeIdentifier(accountId: string, identifier: NewAccount['identifier']): Promise<TAccount | null>;

  /**
   * Locks an account, or unlocks it with `null`.
   *
   * @returns the account as it is now.
   */
  abstract setDisabled(accountId: string, disabledAt: Date | null): Promise<TAccount>;

  /** Whether an account is locked, and every pair that it has at that moment or later. */
  abstract getStanding(accountId: string): Promise<AccountStanding>;

  /** Notes when and how people last logged in; never moves a time backwards. At most one record an account. */
  abstract recordLogins(logins: readonly LoginRecord[]): Promise<void>;
}
