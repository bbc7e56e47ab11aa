import type { TokenOwner } from '../renewal/refresh-ledger.js';

/** A session as it is kept. Instants are milliseconds since 1970, by the clock of the process that wrote them. */
export interface SessionRecord extends TokenOwner {
  /**
   * SHA-256 of the id, as 43 characters of base64url. Names the session to its person and to revocations, and opens nothing: the id itself
   * is in the browser alone.
   */
  readonly handle: string;
  /** Whose session it is. */
  readonly accountId: string;
  /** How the person signed in, as the issuer names it. */
  readonly method: string | null;
  /** What the person would call it, such as "Firefox on Windows". */
  readonly device: string | null;
  readonly startedAtMs: number;
  /** Up to a minute behind. */
  readonly lastSeenAtMs: number;
  /** When it ends, however much it is used. */
  readonly expiresAtMs: number;
  /** Counts how often its tokens have changed. */
  readonly version: number;
  /** Its tokens, sealed; `null` where the browser keeps them. */
  readonly sealed: string | null;
  /** The family of its refresh token in the {@link RefreshLedger}; `null` where it has none. */
  readonly family: string | null;
}

/** Characters that a session store takes. */
export const ACCOUNT_ID_LENGTH = 64;
export const DEVICE_LENGTH = 100;

/** A session id: 256 random bits as 43 characters of base64url. */
export const SESSION_ID_LENGTH = 43;
