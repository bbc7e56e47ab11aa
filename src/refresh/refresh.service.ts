import { createHash } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import { CotterApiClient } from '../cotter-api/cotter-api.client.js';
import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import { assertRefreshToken } from '../cotter-api/refresh-token.js';
import { CotterOptions } from '../cotter.options.js';
import { IssuerFailedError } from '../errors/issuer.errors.js';
import { InvalidTokenError, KeysUnavailableError } from '../errors/token.errors.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import { TokenVerifier } from '../tokens/token-verifier.js';
import { HeldRenewals } from './held-renewals.js';

/** New tokens, verified. */
export interface RefreshedTokens extends OAuthTokens {
  /** The one to use next: the old one where the issuer sent none. */
  readonly refreshToken: string;
  /** Whom the new access token speaks for. */
  readonly principal: CotterPrincipal;
}

/** Renews tokens. Usable without the controller. */
@Injectable()
export class RefreshService {
  // By the hash of the old token, so that no token is kept longer than its call.
  readonly #running = new Map<string, Promise<RefreshedTokens>>();
  readonly #held: HeldRenewals;

  constructor(
    @Inject(CotterOptions) options: CotterOptions,
    @Inject(CotterApiClient) private readonly api: CotterApiClient,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
  ) {
    this.#held = new HeldRenewals(options.clock);
  }

  /**
   * Exchanges a refresh token for new tokens, and verifies them before anyone gets them. A refresh token is good once: calls with the same
   * one at the same time share one call to the issuer and its answer.
   *
   * @throws {@link InvalidBodyError} (`invalid_body`) for what cannot be a refresh token.
   * @throws {@link InvalidGrantError} (`invalid_grant`) where the issuer says that it is unknown, used or expired.
   * @throws {@link IssuerBusyError}, {@link IssuerTimeoutError}: ask again later.
   * @throws {@link IssuerFailedError} (`issuer_failed`) also for new tokens that are not good.
   * @throws {@link KeysUnavailableError} (`keys_unavailable`) where the new tokens came and cannot be verified yet: the same call within a
   *   minute gets them.
   */
  async refresh(refreshToken: string): Promise<RefreshedTokens> {
    assertRefreshToken(refreshToken);
    const key = createHash('sha256').update(refreshToken).digest('base64url');
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const renewal = this.#renew(refreshToken, key).finally(() => this.#running.delete(key));
    this.#running.set(key, renewal);
    return renewal;
  }

  async #renew(oldToken: string, key: string): Promise<RefreshedTokens> {
    const tokens = this.#held.find(key) ?? (await this.api.refresh(oldToken));
    try {
      const principal = await this.#verify(tokens);
      return { ...tokens, refreshToken: tokens.refreshToken ?? oldToken, principal };
    } catch (error) {
      if (isUndecided(error)) this.#held.hold(key, tokens);
      else this.#held.drop(key);
      throw error instanceof InvalidTokenError ? new IssuerFailedError({ cause: error }) : error;
    }
  }

  async #verify(tokens: OAuthTokens): Promise<CotterPrincipal> {
    const principal = await this.verifier.verifyAccessToken(tokens.accessToken);
    if (tokens.idToken !== null) {
      const { subject, issuer } = await this.verifier.verifyIdToken(tokens.idToken);
      if (subject !== principal.subject || issuer !== principal.issuer) {
        throw new IssuerFailedError({ cause: new Error('the renewed ID token is about somebody else') });
      }
    }
    return principal;
  }
}

/**
 * Keys out of reach; or a key that our view of the key set, seconds old, does not have yet, as after a rotation. The issuer has spent the
 * old token in both cases.
 */
function isUndecided(error: unknown): boolean {
  return error instanceof KeysUnavailableError || (error instanceof InvalidTokenError && error.code === 'unknown_key');
}
