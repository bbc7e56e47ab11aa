import { createHash, randomBytes } from 'node:crypto';

import type { CotterOptions, ResolvedSession } from '../cotter.options.js';
import { MissingCredentialsError } from '../errors/access.errors.js';
import { SessionEndedError } from '../errors/session.errors.js';
import type { HeaderCarrier } from '../http/platform.js';
import type { Exchanged, ResponseCookies } from '../http/response-cookies.js';
import type { RefreshedTokens } from '../renewal/refreshed-tokens.js';
import type { RevocationService } from '../revocation/revocation.service.js';
import { SieveCache } from '../tokens/sieve-cache.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import type { CrossSiteGuard } from './cross-site-guard.js';
import type { LastSeenRecorder } from './last-seen-recorder.js';
import { SessionCookie } from './session-cookie.js';
import { SESSION_ID_LENGTH, type SessionRecord } from './session.js';
import type { SessionStore } from './session.store.js';
import type { SessionTokens, WarmSession } from './warm-session.js';

/** How often a session's last use is written down; a session may live so much longer than its idle time. */
const TOUCH_EVERY_MS = 60_000;

/** How long a process goes by what it has read of a session. Revocations are known much sooner. */
const READ_AGAIN_AFTER_MS = 5 * 60_000;

/** What every kind of sessions stands on. */
export interface SessionParts {
  readonly options: CotterOptions;
  readonly session: ResolvedSession;
  readonly store: SessionStore;
  readonly revocations: RevocationService;
  readonly lastSeen: LastSeenRecorder;
  readonly crossSite: CrossSiteGuard;
}

/**
 * Who calls by a cookie. A session that this process knows is answered at once and without a promise, as a verified token is; one that it
 * does not know takes one question to the store. Where its tokens are kept, and how they are renewed, is up to the subclass.
 */
export abstract class CookieSessions {
  protected readonly cookie: SessionCookie;
  // By the end of the cookie, which is random, and compared whole: hashing a long text at each request would cost more than all the rest.
  readonly #warm: SieveCache<{ readonly cookie: string; readonly session: WarmSession }>;
  readonly #loading = new Map<string, Promise<WarmSession | null>>();

  protected constructor(protected readonly parts: SessionParts) {
    this.cookie = new SessionCookie(`${parts.options.name}-session`, parts.session);
    this.#warm = new SieveCache(parts.session.maxWarm);
  }

  /**
   * Keeps a new session under a new id, and hands it to the browser.
   *
   * @returns the handle.
   * @throws {@link SessionTooLargeError} (`session_too_large`), {@link StoreUnavailableError}: then there is no session.
   */
  abstract start(opened: NewSession, answer: ResponseCookies): Promise<string>;

  /** The refresh token of a session, as far as it is known here. */
  abstract findRefreshToken(record: SessionRecord, carrier: HeaderCarrier | null): string | null;

  /**
   * Gives a session the tokens that were renewed on behalf of somebody else who has its refresh token; does nothing where that is not the
   * one that was spent.
   */
  abstract adopt(
    record: SessionRecord,
    spentToken: string,
    renewed: RefreshedTokens,
    exchanged: Exchanged | null,
  ): Promise<void>;

  /**
   * Lets the access token of a request's session count as expired.
   *
   * @returns false where nothing would renew it.
   */
  abstract expireAccessToken(exchanged: Exchanged): Promise<boolean>;

  /** What a cookie says; `null` for what no cookie of ours says. */
  protected abstract read(cookie: string, carrier: HeaderCarrier): Promise<WarmSession | null>;

  /** Whether what is at hand is what the request brings. */
  protected abstract agrees(session: WarmSession, carrier: HeaderCarrier): boolean;

  /**
   * A session whose access token has just been renewed.
   *
   * @throws {@link SessionEndedError} where nobody renews it any more; others where that cannot be told now.
   */
  protected abstract renew(session: WarmSession, cookie: string, answer: ResponseCookies | null): Promise<WarmSession>;

  /** Whether a request brings a session, be it good or not. */
  isPresent(carrier: HeaderCarrier): boolean {
    return this.cookie.isPresent(carrier);
  }

  /** The caller, where everything is at hand; `null` where that takes a closer look. Never more generous than {@link verify}. */
  findVerified(carrier: HeaderCarrier): CotterPrincipal | null {
    const cookie = this.cookie.peek(carrier);
    if (cookie === null) return null;
    const session = this.#findWarm(cookie);
    if (session === null) return null;
    const nowMs = this.parts.options.clock();
    if (nowMs >= session.accessEndsAtMs || this.#isOver(session, nowMs)) return null;
    if (!this.agrees(session, carrier) || !this.parts.crossSite.isOwn(carrier)) return null;
    this.#see(session, nowMs);
    if (Math.abs(nowMs - session.readAtMs) > READ_AGAIN_AFTER_MS) this.#lookAgain(session, cookie, carrier);
    return session.principal;
  }

  /**
   * The caller. An access token that has expired is renewed behind the request.
   *
   * @param answer - What gets the cookies; `null` where it can have none.
   * @throws {@link MissingCredentialsError} without a cookie, {@link InvalidCredentialsRequestError} with two.
   * @throws {@link SessionEndedError} (`session_ended`), {@link CrossSiteRequestError} (`cross_site_request`)
   * @throws {@link StoreUnavailableError} and what {@link RenewalService.renew} throws where nothing can be decided now: the cookie stays.
   */
  async verify(carrier: HeaderCarrier, answer: ResponseCookies | null): Promise<CotterPrincipal> {
    const cookie = this.cookie.find(carrier);
    if (cookie === null) throw new MissingCredentialsError();
    const { clock } = this.parts.options;
    let session = await this.#find(cookie, carrier);
    if (session === null || this.#isOver(session, clock())) throw new SessionEndedError();
    this.parts.crossSite.assertOwn(carrier, session.record.handle);
    if (clock() >= session.accessEndsAtMs) {
      const { seenAtMs } = session;
      session = await this.renew(session, cookie, answer);
      // What the store says may be older than what we know.
      session.seenAtMs = Math.max(session.seenAtMs, seenAtMs);
      // Signed out while it was renewed.
      if (this.#isOver(session, clock())) throw new SessionEndedError();
    }
    if (session.principal === null) throw new SessionEndedError();
    this.#see(session, clock());
    return session.principal;
  }

  /** The session of a request, over or not; `null` where there is none. */
  async findRecord(carrier: HeaderCarrier): Promise<SessionRecord | null> {
    const cookie = this.cookie.peek(carrier);
    return cookie === null ? null : ((await this.#find(cookie, carrier))?.record ?? null);
  }

  /** Takes the session from the browser. */
  clear(answer: ResponseCookies): void {
    this.cookie.clear(answer);
  }

  /** Keeps a session at hand. */
  protected keep(cookie: string, session: WarmSession): WarmSession {
    session.readAtMs = this.parts.options.clock();
    this.#warm.set(cookie.slice(-SESSION_ID_LENGTH), { cookie, session });
    return session;
  }

  protected drop(cookie: string): void {
    this.#warm.delete(cookie.slice(-SESSION_ID_LENGTH));
  }

  /** Seconds that the browser has to keep the cookie. */
  protected maxAgeSecondsOf({ expiresAtMs }: Pick<SessionRecord, 'expiresAtMs'>): number {
    return Math.max(0, Math.ceil((expiresAtMs - this.parts.options.clock()) / 1000));
  }

  async #find(cookie: string, carrier: HeaderCarrier): Promise<WarmSession | null> {
    const known = this.#findWarm(cookie);
    const isKnown = known !== null && this.agrees(known, carrier);
    // Idle here may be busy elsewhere.
    if (isKnown && !this.#isIdle(known, this.parts.options.clock())) return known;
    return this.#load(cookie, carrier);
  }

  #findWarm(cookie: string): WarmSession | null {
    const kept = this.#warm.get(cookie.slice(-SESSION_ID_LENGTH));
    if (kept?.cookie.length !== cookie.length) return null;
    // The key is the whole of a cookie of its own length.
    return cookie.length === SESSION_ID_LENGTH || kept.cookie === cookie ? kept.session : null;
  }

  /**
   * A session may have been deleted by hand, or ended by a process that shares the store and nothing else. Nobody waits for the answer, and
   * while there is none, the session goes on.
   */
  #lookAgain(session: WarmSession, cookie: string, carrier: HeaderCarrier): void {
    session.readAtMs = this.parts.options.clock();
    this.#load(cookie, carrier).then(
      (found) => {
        if (found === null) this.drop(cookie);
        else found.seenAtMs = Math.max(found.seenAtMs, session.seenAtMs);
      },
      () => undefined,
    );
  }

  /** Requests that come at once share one question to the store. */
  #load(cookie: string, carrier: HeaderCarrier): Promise<WarmSession | null> {
    let loading = this.#loading.get(cookie);
    if (loading === undefined) {
      loading = this.read(cookie, carrier)
        .then((session) => (session === null ? null : this.keep(cookie, session)))
        .finally(() => this.#loading.delete(cookie));
      this.#loading.set(cookie, loading);
    }
    return loading;
  }

  #isOver(session: WarmSession, nowMs: number): boolean {
    const { record, principal } = session;
    return (
      nowMs >= record.expiresAtMs ||
      this.#isIdle(session, nowMs) ||
      this.parts.revocations.isSessionRevoked(record, principal?.tokenId ?? null)
    );
  }

  #isIdle({ seenAtMs }: WarmSession, nowMs: number): boolean {
    return nowMs - seenAtMs > this.parts.session.idleSeconds * 1000 + TOUCH_EVERY_MS;
  }

  #see(session: WarmSession, nowMs: number): void {
    session.seenAtMs = nowMs;
    if (nowMs - session.touchedAtMs < TOUCH_EVERY_MS) return;
    session.touchedAtMs = nowMs;
    this.parts.lastSeen.note(session.record.handle);
  }
}

/** A session that is about to begin. */
export interface NewSession {
  readonly record: Omit<SessionRecord, 'handle' | 'sealed' | 'version'>;
  readonly tokens: SessionTokens;
  /** As the access token says. */
  readonly principal: CotterPrincipal;
  /** When the person signed in, ISO 8601 in UTC. */
  readonly authenticatedAt: string;
}

/** A new session id: it goes to the browser, and nowhere else. */
export function createSessionId(): string {
  return randomBytes(32).toString('base64url');
}

const SESSION_ID = new RegExp(`^[\\w-]{${String(SESSION_ID_LENGTH)}}$`);

/** How a session is known everywhere but in its browser; `null` for what is no session id. */
export function findHandle(id: string): string | null {
  return SESSION_ID.test(id) ? createHash('sha256').update(id).digest('base64url') : null;
}
