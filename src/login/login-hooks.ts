import type { CotterPrincipal } from '../tokens/principal.js';
import type { CotterAccount } from '../users/account.js';
import type { Identifier } from '../identifiers/identifier.js';

/** What is known of a login beside the account: what the tokens prove, and what the body merely says. */
export interface LoginContext {
  readonly principal: CotterPrincipal;
  /**
   * The body without its tokens, exactly as the browser sent it: `email`, `phone`, `user`, additional form fields. Nobody has verified
   * any of it; never take an identity or a role from here.
   */
  readonly unverified: Readonly<Record<string, unknown>>;
}

/** Somebody who is about to be registered. */
export interface RegistrationCandidate extends LoginContext {
  readonly identifier: Identifier;
}

type MaybePromise<T> = T | Promise<T>;

// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a hook that only ever refuses returns nothing
type OwnColumns = Readonly<Record<string, unknown>> | void;

/** The application's say in registrations and logins. All of it is optional. */
export interface CotterLoginHooks<TAccount extends CotterAccount = CotterAccount> {
  /**
   * Runs before an account is made; racing first logins of one person may each run it.
   *
   * @returns values for the application's own columns of the new row, or nothing.
   * @throws {@link RegistrationRefusedError} to refuse the person with a 403 and a reason.
   */
  beforeRegister?(candidate: RegistrationCandidate): MaybePromise<OwnColumns>;
  /** Runs once for a new account, after it was committed. What it throws is logged and does not fail the login. */
  onRegistered?(account: TAccount, context: LoginContext): void | Promise<void>;
  /** Runs at every login, the first included. What it throws is logged and does not fail the login. */
  onLoggedIn?(account: TAccount, context: LoginContext): void | Promise<void>;
  /** A known person's identifier changed at the issuer to one that another account has. The login goes on under the old one. */
  onIdentifierConflict?(account: TAccount, identifier: Identifier): void | Promise<void>;
}
