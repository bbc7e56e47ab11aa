import type { IssuerKeys } from '../keys/issuer-keys.js';
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

/** The members that the signature covers. */
export type SignedIdentity = Pick<IdentityToken, 'identifier' | 'identifier_type' | 'receiver' | 'expire_at'>;

/** How long Cotter remembered a browser, and how long an identity token is good. */
export const REMEMBERED_MS = 30 * 24 * 60 * 60_000;

export function identityToken(user: IssuerUser, verifiedAt: number, keys: IssuerKeys): IdentityToken {
  const signed = {
    identifier: user.identifier,
    identifier_type: user.identifierType,
    receiver: user.apiKeyId,
    expire_at: seconds(verifiedAt + REMEMBERED_MS),
  };
  return {
    ...signed,
    identifier_id: user.identifierId,
    timestamp: seconds(verifiedAt),
    signature: keys.signLegacy(identityMessage(signed)),
  };
}

/**
 * What is signed. Nothing stands between the members, so a signature alone does not tell where one ends: whoever verifies has to hold
 * each member against what it may be.
 */
export function identityMessage({ identifier, identifier_type, receiver, expire_at }: SignedIdentity): string {
  return `${identifier}${identifier_type}${receiver}${expire_at}`;
}

function seconds(epochMs: number): string {
  return String(Math.floor(epochMs / 1000));
}
