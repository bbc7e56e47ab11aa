import { Inject, Injectable, Optional } from '@nestjs/common';

import { CotterApiClient } from '../cotter-api/cotter-api.client.js';
import { assertRefreshToken } from '../cotter-api/refresh-token.js';
import { tell } from '../cotter.events.js';
import { CotterOptions } from '../cotter.options.js';
import { InvalidGrantError } from '../errors/issuer.errors.js';
import { RenewalPendingError } from '../errors/renewal.errors.js';
import { StoreUnavailableError } from '../errors/store.errors.js';
import type { Clock } from '../tokens/clock.js';
import { TokenVerifier } from '../tokens/token-verifier.js';
import { Exchange } from './exchange.js';
import { HeldRenewals } from './held-renewals.js';
import { LeaseWatch, monotonicClock } from './lease-watch.js';
import { RefreshLedger, type BindOutcome, type Claim, type TokenOwner, type WatchedClaim } from './refresh-ledger.js';
import type { RefreshedTokens } from './refreshed-tokens.js';
import { hashRefreshToken, openTokens } from './sealed-tokens.js';
import { isKeepable, toRefreshError, verifyRefreshed } from './verified-tokens.js';

/** Token of a clock that tells how long something took; for tests. */
export const MONOTONIC_CLOCK = Symbol('nestjs-cotter:monotonic-clock');

/** What a renewal may take beside the call: to fetch keys, and to write it down. */
const LEASE_MARGIN_MS = 8_000;
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 250;
const RETRY_AFTER_SECONDS = 1;
/** For a clock that was set back: it takes its time. */
const RETRY_LATE_SECONDS = 5;
const STORE_RETRY_SECONDS = 5;

type Refusal = Extract<Claim, { outcome: 'refused' }>;

/** Spends each refresh token once, whoever asks, in whichever process. */
@Injectable()
export class RenewalService {
  // By the hash of the old token, so that no token is kept longer than its call.
  readonly #running = new Map<string, Promise<RefreshedTokens>>();
  readonly #watch: LeaseWatch;
  readonly #exchange: Exchange;
  readonly #leaseMs: number;

  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(CotterApiClient) api: CotterApiClient,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(RefreshLedger) private readonly ledger: RefreshLedger,
    @Optional() @Inject(MONOTONIC_CLOCK) private readonly monotonic: Clock = monotonicClock,
  ) {
    this.#watch = new LeaseWatch(monotonic);
    this.#exchange = new Exchange(options, api, verifier, ledger, new HeldRenewals(monotonic));
    this.#leaseMs = options.apiTimeoutMs + LEASE_MARGIN_MS;
  }

  /**
   * Exchanges a refresh token for new tokens. All who ask at the same time get the same answer; so do those who come within
   * `refresh.replaySeconds`. After that, the use of a spent token ends its family.
   *
   * @throws {@link InvalidBodyError} (`invalid_body`) for what cannot be a refresh token.
   * @throws {@link InvalidGrantError} (`invalid_grant`): only a new sign-in helps.
   * @throws {@link IssuerBusyError}, {@link IssuerTimeoutError}, {@link IssuerFailedError}, {@link KeysUnavailableError},
   *   {@link StoreUnavailableError}, {@link RenewalPendingError}: the same token may be tried again.
   */
  async renew(refreshToken: string): Promise<RefreshedTokens> {
    assertRefreshToken(refreshToken);
    const hash = hashRefreshToken(refreshToken);
    const running = this.#running.get(hash);
    if (running !== undefined) return running;
    const renewal = this.#renew(refreshToken, hash).finally(() => this.#running.delete(hash));
    this.#running.set(hash, renewal);
    return renewal;
  }

  /**
   * Notes whose refresh token this is, as verified tokens beside it say. Whose it is already does not change: a token is bound once.
   *
   * @throws {@link StoreUnavailableError}
   */
  async bind(refreshToken: string, { issuer, subject }: TokenOwner): Promise<BindOutcome> {
    const owner = { issuer, subject };
    if (!isKeepable(owner)) return 'foreign';
    return this.ledger.bind(hashRefreshToken(refreshToken), owner, this.#time());
  }

  /**
   * Ends the family of a refresh token: neither it nor any successor is good for anything here.
   *
   * @throws {@link StoreUnavailableError}
   */
  async revoke(refreshToken: string): Promise<void> {
    await this.ledger.revoke(hashRefreshToken(refreshToken), this.#time());
  }

  async #renew(token: string, hash: string): Promise<RefreshedTokens> {
    const deadlineMs = this.monotonic() + this.options.apiTimeoutMs;
    let watched: WatchedClaim | null = null;
    for (let round = 0; ; round++) {
      const claim = await this.#claim(hash, watched);
      if (claim.outcome !== 'running') this.#watch.forget(hash);
      switch (claim.outcome) {
        case 'claimed': {
          const renewed = await this.#exchange.run(token, hash, claim);
          if (renewed !== null) return renewed;
          // Somebody else took over: what they got is ours too.
          watched = null;
          continue;
        }
        case 'running':
          watched = this.#watch.see(hash, claim.claimId, claim.leaseMs);
          if (watched.hasLapsed && round === 0) continue;
          break;
        case 'renewed':
          return this.#open(claim.sealed, token);
        case 'refused':
          throw this.#refusal(claim);
        case 'undecided':
          throw new RenewalPendingError(RETRY_LATE_SECONDS);
      }
      if (this.monotonic() >= deadlineMs) throw new RenewalPendingError(RETRY_AFTER_SECONDS);
      await pause(round);
    }
  }

  /** What this process began and could not write down goes on; everything else is asked of the ledger. */
  async #claim(hash: string, watched: WatchedClaim | null): Promise<Claim> {
    const held = this.#exchange.findHeld(hash);
    if (held !== null) return { outcome: 'claimed', claimId: held.claimId, owner: null, held: null };
    const { replaySeconds } = this.options.refresh;
    return this.ledger.claim(hash, {
      ...this.#time(),
      leaseMs: this.#leaseMs,
      replayMs: replaySeconds * 1000,
      watched,
    });
  }

  async #open(sealed: string, token: string): Promise<RefreshedTokens> {
    try {
      return await verifyRefreshed(this.verifier, openSealed(sealed, token), token);
    } catch (error) {
      throw toRefreshError(error);
    }
  }

  #refusal({ reason, owner }: Refusal): InvalidGrantError {
    if (reason === 'reused') {
      tell('onRefreshTokenReused', () => this.options.events.onRefreshTokenReused?.({ owner }));
    }
    return new InvalidGrantError({ cause: new Error(`the refresh token was ${reason}`) });
  }

  #time(): { nowMs: number; keepMs: number } {
    const { clock, refresh } = this.options;
    return { nowMs: clock(), keepMs: refresh.ledgerSeconds * 1000 };
  }
}

function openSealed(sealed: string, token: string): ReturnType<typeof openTokens> {
  try {
    return openTokens(sealed, token, 'result');
  } catch (error) {
    // Whoever changed it changed our store.
    throw new StoreUnavailableError(STORE_RETRY_SECONDS, { cause: error });
  }
}

/** With jitter, so that processes do not ask in step. */
function pause(round: number): Promise<void> {
  const longestMs = Math.min(FIRST_PAUSE_MS * 2 ** round, MAX_PAUSE_MS);
  return new Promise((resolve) => setTimeout(resolve, longestMs * (0.5 + Math.random() / 2)));
}
