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
}

/** Who a person is to an issuer. One account may have several. */
export interface IdentityPair {
  readonly issuer: string;
  readonly subject: string;
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
