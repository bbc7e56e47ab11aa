import type { CotterPrincipal } from '../tokens/principal.js';
import type { SessionRecord } from './session.js';

/** What a session can do at the issuer. */
export interface SessionTokens {
  readonly accessToken: string;
  /** `null` where the front end keeps it: then nobody here renews anything. */
  readonly refreshToken: string | null;
}

/** A session with its tokens opened. */
export interface OpenSession {
  readonly record: SessionRecord;
  readonly tokens: SessionTokens;
  /** When the person signed in, ISO 8601 in UTC. */
  readonly authenticatedAt: string;
  /** Of the access token, as {@link sessionPrincipal} makes it; `null` where that token is good no longer. */
  readonly principal: CotterPrincipal | null;
}

/**
 * A session as a process has it at hand.
 *
 * The record is copied member by member: V8 gives every object that a spread makes of fractions and large numbers, such as instants, a hidden
 * class of its own, and the guard would meet each of a thousand sessions as if it were the first.
 */
export class WarmSession implements OpenSession {
  readonly record: SessionRecord;
  readonly tokens: SessionTokens;
  readonly authenticatedAt: string;
  readonly principal: CotterPrincipal | null;
  /** When it was last read of the store, or written there. */
  readAtMs: number;
  /** When it was last used here. */
  seenAtMs: number;
  /** When that was last written down. */
  touchedAtMs: number;

  /** @param accessEndsAtMs - From when on the access token has to be renewed, or the session is over; given where our own clock knows better. */
  constructor(
    { record, tokens, authenticatedAt, principal }: OpenSession,
    readonly accessEndsAtMs = principal === null ? -Infinity : Date.parse(principal.expiresAt),
  ) {
    this.record = copyOf(record);
    this.tokens = tokens;
    this.authenticatedAt = authenticatedAt;
    this.principal = principal;
    this.readAtMs = record.lastSeenAtMs;
    this.seenAtMs = record.lastSeenAtMs;
    this.touchedAtMs = record.lastSeenAtMs;
  }
}

function copyOf(record: SessionRecord): SessionRecord {
  return {
    issuer: record.issuer,
    subject: record.subject,
    handle: record.handle,
    accountId: record.accountId,
    method: record.method,
    device: record.device,
    startedAtMs: record.startedAtMs,
    lastSeenAtMs: record.lastSeenAtMs,
    expiresAtMs: record.expiresAtMs,
    version: record.version,
    sealed: record.sealed,
    family: record.family,
  };
}

/**
 * When an access token ends that has come this very moment, by our own clock: one that is an hour ahead would have it renewed at every request.
 */
export function endOfNewToken({ issuedAt, expiresAt }: CotterPrincipal, nowMs: number): number {
  return issuedAt === null ? Date.parse(expiresAt) : nowMs + Date.parse(expiresAt) - Date.parse(issuedAt);
}

/**
 * The principal of somebody who comes by a session: as the access token says, and as the session knows better.
 *
 * @param expiresAt - ISO 8601 in UTC, where that is not the end of the access token.
 */
export function sessionPrincipal(
  principal: CotterPrincipal,
  session: Pick<SessionRecord, 'handle'> & { readonly authenticatedAt: string },
  expiresAt = principal.expiresAt,
): CotterPrincipal {
  const { handle: sessionHandle, authenticatedAt } = session;
  return Object.freeze({ ...principal, authenticatedAt, sessionHandle, expiresAt });
}
