import type { Challenge } from '../challenges/challenge.entity.js';
import type { IssuerKeys } from '../keys/issuer-keys.js';
import type { TokenAnswer } from '../tokens/token-answer.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';

/** The signed object that came before the tokens. Its signature does not cover `identifier_id` and `timestamp`. */
export interface IdentityToken {
  readonly identifier: string;
  readonly identifier_id: string;
  readonly identifier_type: string;
  /** The application that it is for. */
  readonly receiver: string;
  /** Seconds since 1970, as a text. */
  readonly expire_at: string;
  readonly timestamp: string;
  /** Ed25519 in base64, over `identifier + identifier_type + receiver + expire_at`. */
  readonly signature: string;
}

/** The answer of `get_identity`. */
export interface IdentityAnswer {
  readonly identifier: Readonly<Record<string, string>>;
  readonly token: IdentityToken;
  readonly user: Readonly<Record<string, unknown>>;
  /** Absent unless it was asked for. */
  readonly oauth_token?: TokenAnswer;
}

/** How long Cotter remembered a browser, and how long an identity token is good. */
const REMEMBERED_MS = 30 * 24 * 60 * 60_000;
/** Go's zero time, which is how the wire says "not deleted" of an identifier. */
const NOT_DELETED = '0001-01-01T00:00:00Z';

/** A verified identifier as the wire describes it. */
export function identifierAnswer(user: IssuerUser, challenge: Challenge, verifiedAt: number): Record<string, string> {
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
    device_name: challenge.deviceName,
    expiry: iso(verifiedAt + REMEMBERED_MS),
    timestamp: iso(verifiedAt),
  };
}

export function identityToken(user: IssuerUser, verifiedAt: number, keys: IssuerKeys): IdentityToken {
  const { identifier, identifierId, identifierType, apiKeyId } = user;
  const expireAt = seconds(verifiedAt + REMEMBERED_MS);
  return {
    identifier,
    identifier_id: identifierId,
    identifier_type: identifierType,
    receiver: apiKeyId,
    expire_at: expireAt,
    timestamp: seconds(verifiedAt),
    signature: keys.signIdentity(`${identifier}${identifierType}${apiKeyId}${expireAt}`),
  };
}

/** @see Cotter's "User Object" */
export function userAnswer(user: IssuerUser): Record<string, unknown> {
  return {
    ID: user.id,
    created_at: iso(user.createdAt),
    updated_at: iso(user.createdAt),
    deleted_at: null,
    issuer: user.apiKeyId,
    client_user_id: user.id,
    enrolled: [],
    default_method: null,
    identifier: user.identifier,
    identifiers: null,
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function seconds(epochMs: number): string {
  return String(Math.floor(epochMs / 1000));
}
