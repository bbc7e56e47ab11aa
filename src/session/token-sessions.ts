import { InvalidGrantError } from '../errors/issuer.errors.js';
import { SessionEndedError } from '../errors/session.errors.js';
import { InvalidTokenError, RevokedTokenError } from '../errors/token.errors.js';
import type { HeaderCarrier } from '../http/platform.js';
import type { Exchanged, ResponseCookies } from '../http/response-cookies.js';
import type { RefreshedTokens } from '../renewal/refreshed-tokens.js';
import type { RenewalService } from '../renewal/renewal.service.js';
import type { Sealer } from '../sealing/sealer.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import type { TokenVerifier } from '../tokens/token-verifier.js';
import { CookieSessions, createSessionId, findHandle, type NewSession, type SessionParts } from './cookie-sessions.js';
import { SessionCookie } from './session-cookie.js';
import { endReasonOf, isIssuersNo, type SessionEnding } from './session-ending.js';
import type { SessionRecord } from './session.js';
import { endOfNewToken, sessionPrincipal, WarmSession, type SessionTokens } from './warm-session.js';

/** What the sealed cookie holds. */
interface SealedCookie {
  readonly handle: string;
  readonly refreshToken: string | null;
  /** ISO 8601 in UTC. */
  readonly authenticatedAt: string;
}

/** Sessions whose tokens are in cookies: the access token as it is, the refresh token sealed. The store knows that they exist. */
export class TokenSessions extends CookieSessions {
  readonly #accessCookie: SessionCookie;

  constructor(
    parts: SessionParts,
    private readonly sealer: Sealer,
    private readonly verifier: TokenVerifier,
    private readonly renewals: RenewalService,
    private readonly ending: SessionEnding,
  ) {
    super(parts);
    this.#accessCookie = new SessionCookie(`${parts.options.name}-access`, parts.session);
  }

  override async start(opened: NewSession, answer: ResponseCookies): Promise<string> {
    const handle = findHandle(createSessionId()) ?? '';
    const { tokens, principal, authenticatedAt } = opened;
    const record = { ...opened.record, handle, version: 1, sealed: null };
    // What does not fit leaves nothing behind, and neither does what cannot be stored.
    const cookies: string[] = [];
    const cookie = this.#set(record, tokens, authenticatedAt, { add: (field) => cookies.push(field) });
    await this.parts.store.insert(record);
    for (const field of cookies) answer.add(field);
    const own = sessionPrincipal(principal, { handle, authenticatedAt });
    this.keep(cookie, new WarmSession({ record, tokens, principal: own, authenticatedAt }));
    return handle;
  }

  override findRefreshToken(record: SessionRecord, carrier: HeaderCarrier | null): string | null {
    const content = carrier === null ? null : this.#contentOf(carrier);
    return content?.handle === record.handle ? content.refreshToken : null;
  }

  override adopt(
    record: SessionRecord,
    spentToken: string,
    renewed: RefreshedTokens,
    exchanged: Exchanged | null,
  ): Promise<void> {
    const content = exchanged === null ? null : this.#contentOf(exchanged.carrier);
    if (exchanged?.answer && content?.handle === record.handle && content.refreshToken === spentToken) {
      this.#replace(record, renewed, content.authenticatedAt, exchanged.answer);
    }
    return Promise.resolve();
  }

  override expireAccessToken({ carrier, answer }: Exchanged): Promise<boolean> {
    const refreshToken = this.#contentOf(carrier)?.refreshToken ?? null;
    if (answer === null || refreshToken === null) return Promise.resolve(false);
    this.#accessCookie.clear(answer);
    return Promise.resolve(true);
  }

  override clear(answer: ResponseCookies): void {
    super.clear(answer);
    this.#accessCookie.clear(answer);
  }

  protected override async read(cookie: string, carrier: HeaderCarrier): Promise<WarmSession | null> {
    const content = this.#open(cookie);
    const record = content === null ? null : await this.parts.store.find(content.handle);
    if (content === null || record === null) return null;
    const { refreshToken, authenticatedAt } = content;
    const accessToken = this.#accessCookie.find(carrier) ?? '';
    const principal = await this.#verify(accessToken, record);
    return new WarmSession({
      record,
      tokens: { accessToken, refreshToken },
      principal: principal === null ? null : sessionPrincipal(principal, content),
      authenticatedAt,
    });
  }

  protected override agrees({ tokens }: WarmSession, carrier: HeaderCarrier): boolean {
    return this.#accessCookie.peek(carrier) === tokens.accessToken;
  }

  protected override async renew(
    session: WarmSession,
    cookie: string,
    answer: ResponseCookies | null,
  ): Promise<WarmSession> {
    const { record, tokens, authenticatedAt } = session;
    if (tokens.refreshToken === null) throw new SessionEndedError();
    // Nobody could hand the new tokens over.
    if (answer === null) throw new InvalidTokenError('token_expired');
    if ((await this.parts.store.find(record.handle)) === null) throw new SessionEndedError();
    try {
      const renewed = await this.renewals.renew(tokens.refreshToken);
      return this.#replace(record, renewed, authenticatedAt, answer);
    } catch (error) {
      if (!(error instanceof InvalidGrantError)) throw error;
      this.drop(cookie);
      await this.ending.end(record, endReasonOf(error));
      // Whoever met a thief, or lost a race, may hold older cookies than the browser has by now.
      if (isIssuersNo(error)) this.clear(answer);
      throw new SessionEndedError({ cause: error });
    }
  }

  #replace(
    record: SessionRecord,
    { accessToken, refreshToken, principal }: RefreshedTokens,
    authenticatedAt: string,
    answer: ResponseCookies,
  ): WarmSession {
    const tokens = { accessToken, refreshToken };
    const cookie = this.#set(record, tokens, authenticatedAt, answer);
    const own = sessionPrincipal(principal, { handle: record.handle, authenticatedAt });
    const endsAtMs = endOfNewToken(principal, this.parts.options.clock());
    return this.keep(cookie, new WarmSession({ record, tokens, principal: own, authenticatedAt }, endsAtMs));
  }

  /** @returns the text of the cookie that names the session. */
  #set(record: SessionRecord, tokens: SessionTokens, authenticatedAt: string, answer: ResponseCookies): string {
    const content: SealedCookie = { handle: record.handle, refreshToken: tokens.refreshToken, authenticatedAt };
    const cookie = this.sealer.seal('cookie', JSON.stringify(content));
    const maxAgeSeconds = this.maxAgeSecondsOf(record);
    this.cookie.set(answer, cookie, maxAgeSeconds);
    this.#accessCookie.set(answer, tokens.accessToken, maxAgeSeconds);
    return cookie;
  }

  #contentOf(carrier: HeaderCarrier): SealedCookie | null {
    const cookie = this.cookie.peek(carrier);
    return cookie === null ? null : this.#open(cookie);
  }

  /** Whoever has the key has sealed a SealedCookie with it. */
  #open(cookie: string): SealedCookie | null {
    const text = this.sealer.open('cookie', cookie);
    return text === null ? null : (JSON.parse(text) as SealedCookie);
  }

  async #verify(accessToken: string, { issuer, subject }: SessionRecord): Promise<CotterPrincipal | null> {
    try {
      const principal = await this.verifier.verifyAccessToken(accessToken);
      return principal.issuer === issuer && principal.subject === subject ? principal : null;
    } catch (error) {
      if (error instanceof RevokedTokenError) throw new SessionEndedError({ cause: error });
      if (error instanceof InvalidTokenError) return null;
      throw error;
    }
  }
}
