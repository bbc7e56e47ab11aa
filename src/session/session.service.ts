import { Inject, Injectable, Logger } from '@nestjs/common';

import { IssuerSignOut } from '../cotter-api/issuer-sign-out.js';
import { tell } from '../cotter.events.js';
import { CotterOptions } from '../cotter.options.js';
import { CotterConfigurationError } from '../errors/configuration.error.js';
import { SessionNotFoundError } from '../errors/session.errors.js';
import { deviceOf } from '../http/device.js';
import { headerValuesOf, type HeaderCarrier } from '../http/platform.js';
import type { Exchanged } from '../http/response-cookies.js';
import type { RefreshedTokens } from '../renewal/refreshed-tokens.js';
import { RevocationService } from '../revocation/revocation.service.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import type { CotterAccount } from '../users/account.js';
import { UsersRepository } from '../users/users.repository.js';
import { CookieSessions } from './cookie-sessions.js';
import { CrossSiteGuard } from './cross-site-guard.js';
import { SessionEnding } from './session-ending.js';
import { SessionStore } from './session.store.js';
import { DEVICE_LENGTH, type SessionRecord } from './session.js';

/** A session as its person may see it: never its id, never its tokens. */
export interface SessionDescription {
  readonly handle: string;
  readonly startedAt: Date;
  /** Up to a minute behind. */
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
  readonly authenticationMethod: string | null;
  readonly device: string | null;
}

/** A login that is to last. */
export interface SessionStart {
  readonly account: Pick<CotterAccount, 'id'>;
  readonly principal: CotterPrincipal;
  readonly accessToken: string;
  /** Where the session is to renew its tokens: then nobody else may. The family is what {@link RenewalService.bind} gives. */
  readonly refresh: { readonly token: string; readonly family: string } | null;
  /** When the person signed in, as far as that is known. */
  readonly authenticatedAt: Date;
}

/** Of a person with more sessions, the ones seen last are listed. */
const MAX_LISTED = 100;

/** The sessions of people: how they begin, what their owners see of them, and how they end. */
@Injectable()
export class SessionService {
  readonly #logger = new Logger('Cotter');

  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(SessionStore) private readonly store: SessionStore,
    @Inject(CookieSessions) private readonly cookies: CookieSessions,
    @Inject(SessionEnding) private readonly ending: SessionEnding,
    @Inject(CrossSiteGuard) private readonly crossSite: CrossSiteGuard,
    @Inject(RevocationService) private readonly revocations: RevocationService,
    @Inject(IssuerSignOut) private readonly issuer: IssuerSignOut,
    @Inject(UsersRepository) private readonly users: UsersRepository,
  ) {}

  /**
   * Starts a session and sets its cookies. It has a new id, whatever the request came with; a session that the browser had is over.
   *
   * @returns the handle.
   * @throws {@link SessionTooLargeError} (`session_too_large`), {@link StoreUnavailableError} (`store_unavailable`): then nothing was set.
   */
  async start(start: SessionStart, { carrier, answer }: Exchanged): Promise<string> {
    if (answer === null) throw new Error('a session needs an answer that can have cookies');
    const { account, principal, accessToken, refresh, authenticatedAt } = start;
    const nowMs = this.options.clock();
    const handle = await this.cookies.start(
      {
        record: {
          accountId: account.id,
          issuer: principal.issuer,
          subject: principal.subject,
          method: principal.authenticationMethod,
          device: deviceOf(headerValuesOf(carrier, 'user-agent')[0], DEVICE_LENGTH),
          startedAtMs: nowMs,
          lastSeenAtMs: nowMs,
          expiresAtMs: nowMs + this.#lifetimes.absoluteSeconds * 1000,
          family: refresh?.family ?? null,
        },
        tokens: { accessToken, refreshToken: refresh?.token ?? null },
        principal,
        authenticatedAt: authenticatedAt.toISOString(),
      },
      answer,
    );
    tell('onSessionStarted', () => this.options.events.onSessionStarted?.({ handle, accountId: account.id }));
    await this.#endReplaced(carrier);
    return handle;
  }

  /** The sessions of an account that are not over, seen last first; at most a hundred. */
  async list(account: Pick<CotterAccount, 'id'>): Promise<SessionDescription[]> {
    const nowMs = this.options.clock();
    const idleMs = this.#lifetimes.idleSeconds * 1000;
    const records = await this.store.list(account.id, MAX_LISTED);
    return records
      .filter((record) => record.expiresAtMs > nowMs && record.lastSeenAtMs + idleMs > nowMs)
      .filter((record) => !this.revocations.isSessionRevoked(record, null))
      .map(describe);
  }

  /**
   * Ends one session of an account, here when this resolves and in every process at most five seconds later, and signs out its refresh
   * token at the issuer. That the issuer is down keeps nobody signed in here.
   *
   * @param carrier - The request, where that may be of this very session.
   * @throws {@link SessionNotFoundError} (`session_not_found`) where the account has no session of this handle.
   * @throws {@link StoreUnavailableError} (`store_unavailable`)
   */
  async end(account: Pick<CotterAccount, 'id'>, handle: string, carrier: HeaderCarrier | null = null): Promise<void> {
    const record = await this.store.find(handle);
    if (record?.accountId !== account.id) throw new SessionNotFoundError();
    await this.#signOut(record, carrier);
  }

  /** The same of the session that a request came by. @throws {@link StoreUnavailableError} (`store_unavailable`) */
  async endCurrent(handle: string, carrier: HeaderCarrier): Promise<void> {
    const record = await this.store.find(handle);
    if (record !== null) await this.#signOut(record, carrier);
  }

  /**
   * Signs a person out everywhere: every session of the account, and every access token that was issued to them until now.
   *
   * @throws {@link StoreUnavailableError} (`store_unavailable`) where not everything is certain: calling again completes it.
   */
  async endAll(account: Pick<CotterAccount, 'id'>, carrier: HeaderCarrier | null = null): Promise<void> {
    const { pairs } = await this.users.getStanding(account.id);
    for (const pair of pairs) await this.revocations.revokeSubject(pair);
    for (;;) {
      const records = await this.store.list(account.id, MAX_LISTED);
      for (const record of records) await this.#signOut(record, carrier);
      if (records.length < MAX_LISTED) return;
    }
  }

  /** Ends the sessions that live on a family of refresh tokens, one of which was used twice. */
  async endFamily(family: string): Promise<void> {
    await this.ending.endFamily(family, 'reused');
  }

  /**
   * Gives the successor of a refresh token to the session that it belonged to. Whoever has renewed it gets their tokens even if that fails: a
   * session of mode `server` finds its own way to the successor.
   */
  async passOn(spentToken: string, renewed: RefreshedTokens, exchanged: Exchanged | null): Promise<void> {
    try {
      for (const record of await this.store.findByFamily(renewed.family)) {
        await this.cookies.adopt(record, spentToken, renewed, exchanged);
      }
    } catch (error) {
      this.#logger.warn(
        `a session could not be given new tokens: ${error instanceof Error ? error.name : 'no reason'}`,
      );
    }
  }

  /**
   * Lets the access token of the session that a request came by count as expired: the next request renews it, for example since the issuer
   * has changed what its tokens say. Another process that has the session at hand goes on with the old one until that really expires.
   *
   * @returns false where nothing would renew it: no session, or one without a refresh token.
   * @throws {@link StoreUnavailableError} (`store_unavailable`)
   */
  expireAccessToken(exchanged: Exchanged): Promise<boolean> {
    return this.cookies.expireAccessToken(exchanged);
  }

  /** The token that forms of this session bring as the field `_csrf`; `null` for who does not come by a session, and needs none. */
  csrfTokenOf({ sessionHandle }: CotterPrincipal): string | null {
    return sessionHandle === null ? null : this.crossSite.tokenFor(sessionHandle);
  }

  get #lifetimes(): NonNullable<CotterOptions['session']> {
    const { session } = this.options;
    if (session === null) throw new CotterConfigurationError('session', 'must be given where sessions are used');
    return session;
  }

  /** The new session stands already: that the old one cannot be ended now is told, and fails nothing. */
  async #endReplaced(carrier: HeaderCarrier): Promise<void> {
    try {
      const replaced = await this.cookies.findRecord(carrier);
      if (replaced !== null) await this.ending.end(replaced, 'replaced');
    } catch (error) {
      this.#logger.warn(`a replaced session could not be ended: ${error instanceof Error ? error.name : 'no reason'}`);
    }
  }

  async #signOut(record: SessionRecord, carrier: HeaderCarrier | null): Promise<void> {
    const refreshToken = this.cookies.findRefreshToken(record, carrier);
    await this.ending.end(record, 'signed_out');
    if (refreshToken !== null) await this.issuer.tell(refreshToken);
  }
}

function describe(record: SessionRecord): SessionDescription {
  return {
    handle: record.handle,
    startedAt: new Date(record.startedAtMs),
    lastSeenAt: new Date(record.lastSeenAtMs),
    expiresAt: new Date(record.expiresAtMs),
    authenticationMethod: record.method,
    device: record.device,
  };
}
