import type { IdentifierType } from '../../identifiers/identifier.js';
import type { CotterPrincipal } from '../../tokens/principal.js';
import type { CotterAccount } from '../../users/account.js';

/** What `POST /login` answers. The application's own columns stay at home. */
export interface LoginAnswer {
  readonly user: {
    readonly id: string;
    readonly identifier: string;
    readonly identifierType: IdentifierType;
    readonly createdAt: string;
    readonly lastLoginAt: string;
    readonly lastAuthenticationMethod: string | null;
  };
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
  return {
    user: {
      id: account.id,
      identifier: account.identifier,
      identifierType: account.identifierType,
      createdAt: account.createdAt.toISOString(),
      lastLoginAt: account.lastLoginAt.toISOString(),
      lastAuthenticationMethod: account.lastAuthenticationMethod,
    },
    created,
    token: {
      expiresAt: principal.expiresAt,
      authenticationMethod: principal.authenticationMethod,
      scopes: principal.scopes,
    },
  };
}
