import type { Identifier, IdentifierType } from '../identifiers/identifier.js';

/** What this package needs to know of a user row. An application's own entity has these members and as many more as it likes. */
export interface CotterAccount {
  /** A UUID of the application's own, unrelated to the issuer's. */
  id: string;
  /** In its normal form; unique. */
  identifier: string;
  identifierType: IdentifierType;
  createdAt: Date;
  /** Up to a second behind, see {@link LoginRecorder}. */
  lastLoginAt: Date;
  lastAuthenticationMethod: string | null;
  /** Since when the person is locked out ({@link UsersService.disable}); `null` where they are not. */
  disabledAt: Date | null;
}

/** Who a person is to an issuer. One account may have several. */
export interface IdentityPair {
  readonly issuer: string;
  readonly subject: string;
}

/** What it takes to lock somebody out. */
export interface AccountStanding {
  readonly disabledAt: Date | null;
  /** All the ways in which the person may come. */
  readonly pairs: readonly IdentityPair[];
}

/** Everything that is needed to register someone. */
export interface NewAccount {
  readonly pair: IdentityPair;
  readonly identifier: Identifier;
  readonly authenticationMethod: string | null;
  readonly at: Date;
  /** Values for the application's own columns, from the `beforeRegister` hook. */
  readonly columns: Readonly<Record<string, unknown>>;
}

/** One login, to be noted on the account. */
export interface LoginRecord {
  readonly accountId: string;
  readonly at: Date;
  readonly authenticationMethod: string | null;
}
