import { parseIdentifier, type IdentifierType } from '../identifiers/identifier.js';
import { findText, type CheckedClaims, type Claims } from './claims.js';
import { deepFreeze } from './deep-freeze.js';
import { IsoTimeFormat } from './iso-time.js';

/** Who calls, as a verified access token says. Frozen, with everything in it. */
export interface CotterPrincipal {
  /** The person's id at the issuer (`sub`): a Cotter user id. Unique only together with {@link issuer}. */
  readonly subject: string;
  /** E-mail address, phone number or user name as the token spells it; tokens from before August 2020 have none. */
  readonly identifier: string | null;
  readonly identifierType: IdentifierType | null;
  /** `OTP`, `MAGIC_LINK`, `WEBAUTHN`, `TRUSTED_DEVICE`, `SOCIAL_LOGIN`, `PIN`, `BIOMETRIC`. */
  readonly authenticationMethod: string | null;
  /** From the claim `scope`, which is `access` on this wire. */
  readonly scopes: readonly string[];
  readonly issuer: string;
  /** The API key id that the token was accepted for. */
  readonly audience: string;
  /** `jti`; the oldest tokens have none. */
  readonly tokenId: string | null;
  /** ISO 8601 in UTC. */
  readonly issuedAt: string | null;
  /** ISO 8601 in UTC. */
  readonly expiresAt: string;
  /**
   * When the person last signed in, ISO 8601 in UTC; `null` where nothing says so that can be relied on. A session does, and a numeric
   * `auth_time` of an issuer with `keepsAuthTime`: `iat` moves at every renewal.
   */
  readonly authenticatedAt: string | null;
  /** The session that the caller came by; `null` for a bearer token. */
  readonly sessionHandle: string | null;
  /** All claims of the token, custom ones included. */
  readonly claims: Claims;
}

/** What the verifier knows of a token beside its claims. */
export interface VerifiedBy {
  readonly issuer: string;
  readonly audience: string;
  readonly keepsAuthTime?: boolean;
}

/**
 * Builds the principal of an access token whose signature and claims were checked.
 *
 * @param claims - Fresh from the parser: they become a part of the principal, and are frozen.
 */
export function createPrincipal(claims: Claims, checked: CheckedClaims, by: VerifiedBy): CotterPrincipal {
  const identifier = findText(claims, 'identifier');
  shareText(claims, 'iss', by.issuer);
  shareText(claims, 'aud', by.audience);
  shareText(claims, 'client_user_id', checked.subject);
  deepFreeze(claims);
  return Object.freeze({
    subject: checked.subject,
    identifier,
    identifierType: identifier === null ? null : classify(identifier),
    authenticationMethod: findText(claims, 'authentication_method'),
    scopes: scopesOf(findText(claims, 'scope')),
    issuer: by.issuer,
    audience: by.audience,
    tokenId: checked.tokenId,
    issuedAt: checked.issuedAtSeconds === null ? null : issuedAt.format(checked.issuedAtSeconds),
    expiresAt: expiresAt.format(checked.expiresAtSeconds),
    authenticatedAt: by.keepsAuthTime === true ? findTime(claims['auth_time']) : null,
    sessionHandle: null,
    claims,
  });
}

/** An identifier without a normal form is the business of the login; a guarded route still gets its principal. */
function classify(identifier: string): IdentifierType | null {
  try {
    return parseIdentifier(identifier).type;
  } catch {
    return null;
  }
}

/** What the wire knows for a scope, and what its ID tokens have instead. */
const ACCESS: readonly string[] = Object.freeze(['access']);
const NONE: readonly string[] = Object.freeze([]);

function scopesOf(scope: string | null): readonly string[] {
  if (scope === 'access') return ACCESS;
  return scope === null ? NONE : Object.freeze(scope.split(' ').filter(Boolean));
}

function findTime(seconds: unknown): string | null {
  return typeof seconds === 'number' && Number.isFinite(seconds) ? authenticatedAt.format(seconds) : null;
}

/** One for each claim: tokens that are issued in one minute expire in one minute. */
const issuedAt = new IsoTimeFormat();
const expiresAt = new IsoTimeFormat();
const authenticatedAt = new IsoTimeFormat();

/** Each token brings a copy of what all tokens say. One is enough, since principals are kept by the thousand. */
function shareText(claims: Record<string, unknown>, name: string, text: string): void {
  if (claims[name] === text) claims[name] = text;
}
