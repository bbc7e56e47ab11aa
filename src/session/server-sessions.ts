import { InvalidGrantError } from '../errors/issuer.errors.js';
import { SessionEndedError } from '../errors/session.errors.js';
import type { Exchanged, ResponseCookies } from '../http/response-cookies.js';
import { SEALED_KEPT_MS } from '../renewal/ledger-entry.js';
import type { RefreshedTokens } from '../renewal/refreshed-tokens.js';
import type { RenewalService } from '../renewal/renewal.service.js';
import type { Sealer } from '../sealing/sealer.js';
import { deepFreeze } from '../tokens/deep-freeze.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import { CookieSessions, createSessionId, findHandle, type NewSession, type SessionParts } from './cookie-sessions.js';
import { endReasonOf, isIssuersNo, type SessionEnding } from './session-ending.js';
import type { SessionRecord } from './session.js';
import { endOfNewToken, sessionPrincipal, WarmSession, type SessionTokens } from './warm-session.js';

/** What the store has of a session, sealed. */
interface SealedSession extends SessionTokens {
  readonly principal: CotterPrincipal;
  readonly authenticatedAt: string;
}

/**
 * A spent token that comes out of our own store was never in anybody else's hands: a process died between the issuer's answer and the
 * write, or the store did. So it gets its successor for as long as the ledger has that, but for a minute to use it.
 */
const REPLAY_MS = SEALED_KEPT_MS - 60_000;

/** Sessions whose tokens stay with us: the cookie is an id that says nothing. */
export class ServerSessions extends CookieSessions {
  // By handle: requests that come at once share one renewal.
  readonly #renewing = new Map<string, Promise<WarmSession>>();

  constructor(
    parts: SessionParts,
    private readonly sealer: Sealer,
    private readonly renewals: RenewalService,
    private readonly ending: SessionEnding,
  ) {
    super(parts);
  }

  override async start(opened: NewSession, answer: ResponseCookies): Promise<string> {
    const id = createSessionId();
    const handle = findHandle(id) ?? '';
    const { tokens, authenticatedAt } = opened;
    // Without a refresh token, the session lives by its own lifetime.
    const end = tokens.refreshToken === null ? new Date(opened.record.expiresAtMs).toISOString() : undefined;
    const principal = sessionPrincipal(opened.principal, { handle, authenticatedAt }, end);
    const record = {
      ...opened.record,
      handle,
      version: 1,
      sealed: this.#seal(handle, { ...tokens, principal, authenticatedAt }),
    };
    await this.parts.store.insert(record);
    this.keep(id, new WarmSession({ record, tokens, principal, authenticatedAt }));
    this.cookie.set(answer, id, this.maxAgeSecondsOf(record));
    return handle;
  }

  override findRefreshToken(record: SessionRecord): string | null {
    return this.#open(record)?.tokens.refreshToken ?? null;
  }

  override async adopt(record: SessionRecord, spentToken: string, renewed: RefreshedTokens): Promise<void> {
    const session = this.#open(record);
    if (session?.tokens.refreshToken === spentToken) await this.#write(session, renewed);
  }

  override async expireAccessToken({ carrier }: Exchanged): Promise<boolean> {
    const cookie = this.cookie.peek(carrier);
    const session = cookie === null ? null : await this.read(cookie);
    const principal = session?.principal ?? null;
    if (cookie === null || session === null || principal === null || session.tokens.refreshToken === null) return false;
    const { record, tokens, authenticatedAt } = session;
    const { handle, version } = record;
    const expired = Object.freeze({ ...principal, expiresAt: new Date(this.parts.options.clock()).toISOString() });
    const sealed = this.#seal(handle, { ...tokens, principal: expired, authenticatedAt });
    // Where somebody has just renewed it, the token is new: there is nothing to expire.
    await this.parts.store.replaceTokens(handle, version, sealed);
    this.drop(cookie);
    return true;
  }

  protected override async read(cookie: string): Promise<WarmSession | null> {
    const handle = findHandle(cookie);
    const record = handle === null ? null : await this.parts.store.find(handle);
    return record === null ? null : this.#open(record);
  }

  protected override agrees(): boolean {
    return true;
  }

  protected override async renew(
    { record: { handle } }: WarmSession,
    cookie: string,
    answer: ResponseCookies | null,
  ): Promise<WarmSession> {
    let renewing = this.#renewing.get(handle);
    if (renewing === undefined) {
      renewing = this.#renew(handle).finally(() => this.#renewing.delete(handle));
      this.#renewing.set(handle, renewing);
    }
    try {
      return this.keep(cookie, await renewing);
    } catch (error) {
      if (error instanceof SessionEndedError) this.drop(cookie);
      // Only the issuer's own no: whoever lost a race, or met a thief, may hold an older cookie than the browser has by now.
      if (error instanceof SessionEndedError && isIssuersNo(error.cause) && answer !== null) this.clear(answer);
      throw error;
    }
  }

  /** From what the store says, since another process may have been faster. */
  async #renew(handle: string): Promise<WarmSession> {
    const session = await this.#get(handle);
    const { tokens, accessEndsAtMs, record } = session;
    if (this.parts.options.clock() < accessEndsAtMs) return session;
    if (tokens.refreshToken === null) throw new SessionEndedError();
    try {
      return await this.#write(session, await this.renewals.renew(tokens.refreshToken, { replayMs: REPLAY_MS }));
    } catch (error) {
      if (!(error instanceof InvalidGrantError)) throw error;
      const now = await this.#get(handle);
      if (now.record.version !== record.version) return now;
      await this.ending.end(record, endReasonOf(error));
      throw new SessionEndedError({ cause: error });
    }
  }

  /** Where somebody else has written first, theirs is the same renewal: a refresh token is spent once. */
  async #write(session: WarmSession, { accessToken, refreshToken, principal }: RefreshedTokens): Promise<WarmSession> {
    const { record, authenticatedAt } = session;
    const { handle, version } = record;
    const tokens = { accessToken, refreshToken };
    const own = sessionPrincipal(principal, { handle, authenticatedAt });
    const sealed = this.#seal(handle, { ...tokens, principal: own, authenticatedAt });
    const written = await this.parts.store.replaceTokens(handle, version, sealed);
    if (!written) return this.#get(handle);
    return new WarmSession(
      { record: { ...record, sealed, version: version + 1 }, tokens, principal: own, authenticatedAt },
      endOfNewToken(principal, this.parts.options.clock()),
    );
  }

  async #get(handle: string): Promise<WarmSession> {
    const record = await this.parts.store.find(handle);
    const session = record === null ? null : this.#open(record);
    if (session === null) throw new SessionEndedError();
    return session;
  }

  #seal(handle: string, content: SealedSession): string {
    return this.sealer.seal('session', JSON.stringify(content), handle);
  }

  /** `null` where the key that sealed it is gone, or somebody has changed the store. */
  #open(record: SessionRecord): WarmSession | null {
    const text = record.sealed === null ? null : this.sealer.open('session', record.sealed, record.handle);
    if (text === null) return null;
    // Whoever has the key has sealed a SealedSession with it.
    const { principal, authenticatedAt, accessToken, refreshToken } = JSON.parse(text) as SealedSession;
    return new WarmSession({
      record,
      tokens: { accessToken, refreshToken },
      principal: deepFreeze(principal),
      authenticatedAt,
    });
  }
}
