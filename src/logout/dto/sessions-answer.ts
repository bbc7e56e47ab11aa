import type { SessionDescription } from '../../session/session.service.js';
import type { CotterPrincipal } from '../../tokens/principal.js';

/** What `GET /sessions` answers. Times are ISO 8601 in UTC. */
export interface SessionsAnswer {
  readonly sessions: readonly {
    /** Names the session, and opens nothing. */
    readonly handle: string;
    readonly createdAt: string;
    /** Up to a minute behind. */
    readonly lastSeenAt: string;
    readonly expiresAt: string;
    readonly authenticationMethod: string | null;
    /** Such as "Firefox on Windows". */
    readonly device: string | null;
    /** Whether it is the one that asks. */
    readonly current: boolean;
  }[];
  /** What a form of this session brings as the field `_csrf`; `null` for who does not come by a session. */
  readonly csrfToken: string | null;
}

/** Builds the answer for the one who asks. */
export function createSessionsAnswer(
  sessions: readonly SessionDescription[],
  { sessionHandle }: CotterPrincipal,
  csrfToken: string | null,
): SessionsAnswer {
  return {
    sessions: sessions.map(({ handle, startedAt, lastSeenAt, expiresAt, authenticationMethod, device }) => ({
      handle,
      createdAt: startedAt.toISOString(),
      lastSeenAt: lastSeenAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      authenticationMethod,
      device,
      current: handle === sessionHandle,
    })),
    csrfToken,
  };
}
