import type { IssuerUser } from './issuer-user.entity.js';

/** Cotter's "User Object". */
export type UserAnswer = Readonly<Record<string, unknown>>;

/** A person as the wire describes them. @param enrolled - The methods that they have enrolled. */
export function userAnswer(user: IssuerUser, enrolled: readonly string[]): UserAnswer {
  return {
    ID: user.id,
    created_at: iso(user.createdAt),
    updated_at: iso(user.verifiedAt ?? user.createdAt),
    deleted_at: null,
    issuer: user.apiKeyId,
    client_user_id: user.clientUserId ?? user.id,
    enrolled,
    default_method: enrolled[0] ?? null,
    identifier: user.identifier,
    identifiers: null,
  };
}

/** How the wire says that nobody has an identifier: not by an error, but by a person without any content. */
export const NO_USER: UserAnswer = {
  ID: '00000000-0000-0000-0000-000000000000',
  created_at: '0001-01-01T00:00:00Z',
  updated_at: '0001-01-01T00:00:00Z',
  deleted_at: null,
  issuer: '',
  client_user_id: '',
  enrolled: [],
  default_method: null,
  identifier: '',
  identifiers: null,
};

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
