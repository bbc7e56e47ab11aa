import { Inject, Injectable } from '@nestjs/common';

import { EndedFamilyError } from '../errors/issuer.errors.js';
import type { Exchanged } from '../http/response-cookies.js';
import type { RefreshedTokens } from '../renewal/refreshed-tokens.js';
import { RenewalService } from '../renewal/renewal.service.js';
import { SessionService } from '../session/session.service.js';

/** Renews tokens. Usable without the controller, by applications that hold tokens themselves. */
@Injectable()
export class RefreshService {
  constructor(
    @Inject(RenewalService) private readonly renewals: RenewalService,
    @Inject(SessionService) private readonly sessions: SessionService | null,
  ) {}

  /**
   * Exchanges a refresh token for new tokens, and verifies them before anyone gets them. A refresh token is good once: calls with the same
   * one at the same time, in all processes that share a {@link RefreshLedger}, share one call to the issuer and its answer; so do those
   * that come within `refresh.replaySeconds`. After that, the use of a spent token is theft: it ends the family of the token, and
   * `onRefreshTokenReused` hears of it. A session that lives on the token takes its successor, or ends with it.
   *
   * @param exchanged - The request and its answer, where there are some: a session whose tokens are in cookies gets new ones by it.
   * @throws {@link InvalidBodyError} (`invalid_body`) for what cannot be a refresh token.
   * @throws {@link InvalidGrantError} (`invalid_grant`) where the issuer says that it is unknown, used or expired, or it was spent before.
   * @throws {@link IssuerBusyError}, {@link IssuerTimeoutError}: ask again later.
   * @throws {@link IssuerFailedError} (`issuer_failed`) also for new tokens that are not good, or are about somebody else.
   * @throws {@link KeysUnavailableError} (`keys_unavailable`) where the new tokens came and cannot be verified yet: the same call gets them
   *   later.
   * @throws {@link StoreUnavailableError} (`store_unavailable`), {@link RenewalPendingError} (`renewal_pending`): ask again later.
   */
  async refresh(refreshToken: string, exchanged: Exchanged | null = null): Promise<RefreshedTokens> {
    try {
      const renewed = await this.renewals.renew(refreshToken);
      await this.sessions?.passOn(refreshToken, renewed, exchanged);
      return renewed;
    } catch (error) {
      if (error instanceof EndedFamilyError) await this.sessions?.endFamily(error.family);
      throw error;
    }
  }
}
