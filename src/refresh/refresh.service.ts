import { Inject, Injectable } from '@nestjs/common';

import type { RefreshedTokens } from '../renewal/refreshed-tokens.js';
import { RenewalService } from '../renewal/renewal.service.js';

/** Renews tokens. Usable without the controller, by applications that hold tokens themselves. */
@Injectable()
export class RefreshService {
  constructor(@Inject(RenewalService) private readonly renewals: RenewalService) {}

  /**
   * Exchanges a refresh token for new tokens, and verifies them before anyone gets them. A refresh token is good once: calls with the same
   * one at the same time, in all processes that share a {@link RefreshLedger}, share one call to the issuer and its answer; so do those
   * that come within `refresh.replaySeconds`. After that, the use of a spent token is theft: it ends the family of the token, and
   * `onRefreshTokenReused` hears of it.
   *
   * @throws {@link InvalidBodyError} (`invalid_body`) for what cannot be a refresh token.
   * @throws {@link InvalidGrantError} (`invalid_grant`) where the issuer says that it is unknown, used or expired, or it was spent before.
   * @throws {@link IssuerBusyError}, {@link IssuerTimeoutError}: ask again later.
   * @throws {@link IssuerFailedError} (`issuer_failed`) also for new tokens that are not good, or are about somebody else.
   * @throws {@link KeysUnavailableError} (`keys_unavailable`) where the new tokens came and cannot be verified yet: the same call gets them
   *   later.
   * @throws {@link StoreUnavailableError} (`store_unavailable`), {@link RenewalPendingError} (`renewal_pending`): ask again later.
   */
  refresh(refreshToken: string): Promise<RefreshedTokens> {
    return this.renewals.renew(refreshToken);
  }
}
