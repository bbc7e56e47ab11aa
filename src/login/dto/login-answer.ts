import type { CotterPrincipal } from '../../tokens/principal.js';
import type { CotterAccount } from '../../users/account.js';
import { profileOf, type AccountProfile } from '../../users/account-profile.js';

/** What `POST /login` answers. */
export interface LoginAnswer {
  readonly user: AccountProfile;
  readonly created: boolean;
  readonly token: {
    /** ISO 8601 in UTC. */
    readonly expiresAt: string;
    readonly authenticationMethod: string | null;
    readonly scopes: readonly string[];
  };
}

/** Builds the answer from the account and the principal of the login. */
export function createLoginAnswer(account: CotterAccount, created: boolean, principal: CotterPrincipal): LoginAnswer {
  const { expiresAt, authenticationMethod, scopes } = principal;
  return { user: profileOf(account), created, token: { expiresAt, authenticationMethod, scopes } };
}
