import type { TokenAnswer } from '../tokens/token-answer.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import type { UserAnswer } from '../users/user-answer.js';
import { REMEMBERED_MS, type IdentityToken } from './identity-token.js';

/** The answer of `get_identity`. */
export interface IdentityAnswer {
  readonly identifier: Readonly<Record<string, string>>;
  readonly token: IdentityToken;
  readonly user: UserAnswer;
  /** Absent unless it was asked for. */
  readonly oauth_token?: TokenAnswer;
}

/** Go's zero time, which is how the wire says "not deleted" of an identifier. */
const NOT_DELETED = '0001-01-01T00:00:00Z';

/** A verified identifier as the wire describes it. */
export function identifierAnswer(user: IssuerUser, deviceName: string, verifiedAt: number): Record<string, string> {
  return {
    ID: user.identifierId,
    created_at: iso(user.createdAt),
    updated_at: iso(verifiedAt),
    deleted_at: NOT_DELETED,
    identifier: user.identifier,
    identifier_type: user.identifierType,
    // The key of a remembered browser. This issuer remembers none, and strict readers want the member to be there.
    public_key: '',
    device_type: 'BROWSER',
    device_name: deviceName,
    expiry: iso(verifiedAt + REMEMBERED_MS),
    timestamp: iso(verifiedAt),
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
