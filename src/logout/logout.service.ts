import { Inject, Injectable } from '@nestjs/common';

import { CotterJwtStrategy } from '../auth/cotter-jwt.strategy.js';
import { IssuerSignOut } from '../cotter-api/issuer-sign-out.js';
import { CotterOptions } from '../cotter.options.js';
import { MissingCredentialsError } from '../errors/access.errors.js';
import { SessionEndedError } from '../errors/session.errors.js';
import type { Exchanged } from '../http/response-cookies.js';
import { isSameOrigin } from '../http/same-origin.js';
import { RenewalService } from '../renewal/renewal.service.js';
import { RevocationService } from '../revocation/revocation.service.js';
import { CookieSessions } from '../session/cookie-sessions.js';
import { SessionService } from '../session/session.service.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import { UsersRepository } from '../users/users.repository.js';

/** How far a sign-out goes. */
export interface LogoutRequest {
  /** Whether every session and token of the person ends, or the one that calls. */
  readonly everywhere: boolean;
  /** One that the caller holds, and gives up: here, and at the issuer. */
  readonly refreshToken: string | null;
}

/** Takes back what a caller came with: a session, or an access token that would have lived on. */
@Injectable()
export class LogoutService {
  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(CotterJwtStrategy) private readonly strategy: CotterJwtStrategy,
    @Inject(RevocationService) private readonly revocations: RevocationService,
    @Inject(RenewalService) private readonly renewals: RenewalService,
    @Inject(IssuerSignOut) private readonly issuer: IssuerSignOut,
    @Inject(SessionService) private readonly sessions: SessionService | null,
    @Inject(CookieSessions) private readonly cookies: CookieSessions | null,
    @Inject(UsersRepository) private readonly users: UsersRepository | null,
  ) {}

  /**
   * Signs the caller out, and clears the cookies. Who is not signed in (any more) is content with that.
   *
   * @throws what the guard throws for a bad token, {@link CrossSiteRequestError} (`cross_site_request`)
   * @throws {@link StoreUnavailableError} (`store_unavailable`): the cookies stay, and so may the session.
   */
  async logout({ everywhere, refreshToken }: LogoutRequest, exchanged: Exchanged): Promise<void> {
    const caller = await this.#findCaller(exchanged);
    if (caller !== null) await (everywhere ? this.#endAll(caller, exchanged) : this.#endOne(caller, exchanged));
    if (refreshToken !== null) await this.#giveUp(refreshToken);
    this.#clear(caller, exchanged);
  }

  async #findCaller({ carrier, answer }: Exchanged): Promise<CotterPrincipal | null> {
    try {
      return await this.strategy.verify(carrier, answer);
    } catch (error) {
      if (error instanceof MissingCredentialsError || error instanceof SessionEndedError) return null;
      throw error;
    }
  }

  async #endOne(caller: CotterPrincipal, { carrier }: Exchanged): Promise<void> {
    if (this.sessions === null || caller.sessionHandle === null) await this.revocations.revokeToken(caller);
    else await this.sessions.endCurrent(caller.sessionHandle, carrier);
  }

  async #endAll(caller: CotterPrincipal, { carrier }: Exchanged): Promise<void> {
    const { issuer, subject } = caller;
    const account = (await this.users?.findByPair({ issuer, subject })) ?? null;
    if (account === null || this.users === null) return this.revocations.revokeSubject(caller);
    if (this.sessions !== null) return this.sessions.endAll(account, carrier);
    const { pairs } = await this.users.getStanding(account.id);
    for (const pair of pairs) await this.revocations.revokeSubject(pair);
  }

  /** Its family is over here before the issuer hears of it. */
  async #giveUp(refreshToken: string): Promise<void> {
    await this.renewals.revoke(refreshToken);
    await this.issuer.tell(refreshToken);
  }

  /** Another site's form comes without the cookie, and must not take it away by the answer. */
  #clear(caller: CotterPrincipal | null, { carrier, answer }: Exchanged): void {
    const origin = this.options.session?.origin;
    if (this.cookies === null || answer === null || origin === undefined) return;
    const cameBySession = caller !== null && caller.sessionHandle !== null;
    if (cameBySession || isSameOrigin(carrier, origin)) this.cookies.clear(answer);
  }
}
