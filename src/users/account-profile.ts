import type { CotterAccount } from './account.js';

/** An account as its own person may see it, ready for JSON. The application's own columns stay at home. */
export type AccountProfile = Pick<
  CotterAccount,
  'id' | 'identifier' | 'identifierType' | 'lastAuthenticationMethod'
> & {
  /** ISO 8601 in UTC. */
  readonly createdAt: string;
  /** ISO 8601 in UTC. */
  readonly lastLoginAt: string;
};

/** What `POST /login` answers of an account; an application's own routes may answer the same. */
export function profileOf(account: CotterAccount): Readonly<AccountProfile> {
  return {
    id: account.id,
    identifier: account.identifier,
    identifierType: account.identifierType,
    createdAt: account.createdAt.toISOString(),
    lastLoginAt: account.lastLoginAt.toISOString(),
    lastAuthenticationMethod: account.lastAuthenticationMethod,
  };
}
