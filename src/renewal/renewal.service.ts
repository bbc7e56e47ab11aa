import { Inject, Injectable, Optional } from '@nestjs/common';

import { CotterApiClient } from '../cotter-api/cotter-api.client.js';
import { assertRefreshToken } from '../cotter-api/refresh-token.js';
import { tell } from '../cotter.events.js';
import { CotterOptions } from '../cotter.options.js';
import { EndedFamilyError } from '../errors/issuer.errors.js';
import { RenewalPendingError } from '../errors/renewal.errors.js';
import { StoreUnavailableError } from '../errors/store.errors.js';
import type { Clock } from '../tokens/clock.js';
import { TokenVerifier } from '../tokens/token-verifier.js';
import { Exchange } from './exchange.js';
import { HeldRenewals } from './held-renewals.js';
import { LeaseWatch, monotonicClock } from './lease-watch.js';
import { RefreshLedger, type Binding, type Claim, type TokenOwner, type WatchedClaim } from './refresh-ledger.js';
import type { RefreshedTokens } from './refreshed-tokens.js';
import { hashRefreshToken, openTokens } from './sealed-tokens.js';
import { isExpired, isKeepable, toRefreshError, verifyRefreshed } from './verified-tokens.js';

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
type Replay = Extract<Claim, { outcome: 'renewed' }>;

/** What a renewal came to. */
interface Renewed {
  readonly tokens: RefreshedTokens;
  /** It was over before anyone here asked: only the replay window lets them have it. */
  readonly isReplay: boolean;
}

interface Run {
  readonly replayMs: number;
  readonly result: Promise<Renewed>;
}

/** Spends each refresh token once, whoever asks, in whichever process. */
@Injectable()
export class RenewalService {
  // By the hash of the old token, so that no token is kept longer than its call.
  readonly #runs = new Map<string, Run>();
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
   * Exchanges a refresh token for new tokens. All who ask at the same time get the same answer; so do those who come within the replay
   * window. After that, the use of a spent token ends its family.
   *
   * @param options - `replayMs` for a token that never left the server, of which nobody but us has a copy: its window may be as long as
   *   {@link SEALED_KEPT_MS}, less what clocks differ by. By default `refresh.replaySeconds` counts.
   * @throws {@link InvalidBodyError} (`invalid_body`) for what cannot be a refresh token.
   * @throws {@link InvalidGrantError} (`invalid_grant`): only a new sign-in helps. It is an {@link EndedFamilyError} where the ledger says
   *   no, and not the issuer.
   * @throws {@link IssuerBusyError}, {@link IssuerTimeoutError}, {@link IssuerFailedError}, {@link KeysUnavailableError},
   *   {@link StoreUnavailableError}, {@link RenewalPendingError}: the same token may be tried again.
   */
  async renew(refreshToken: string, options: { readonly replayMs?: number } = {}): Promise<RefreshedTokens> {
    assertRefreshToken(refreshToken);
    const hash = hashRefreshToken(refreshToken);
    const replayMs = options.replayMs ?? this.options.refresh.replaySeconds * 1000;
    // One run at a time for a token, whatever the windows: what is held here must not be spent twice.
    for (;;) {
      const run = this.#runs.get(hash) ?? this.#begin(refreshToken, hash, replayMs);
      const isOwnWindow = run.replayMs === replayMs;
      try {
        const { tokens, isReplay } = await run.result;
        // Who waited for a renewal was in the race; what was replayed to others is not ours without a look at our own window.
        if (isOwnWindow || !isReplay) return tokens;
      } catch (error) {
        if (isOwnWindow || !(error instanceof EndedFamilyError)) throw error;
      }
    }
  }

  /**
   * Notes whose refresh token this is, as verified tokens beside it say. Whose it is already does not change: a token is bound once.
   *
   * @throws {@link StoreUnavailableError}
   */
  async bind(refreshToken: string, { issuer, subject }: TokenOwner): Promise<Binding> {
    const owner = { issuer, subject };
    if (!isKeepable(owner)) return { outcome: 'foreign' };
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

  /**
   * The same, by the family's name.
   *
   * @throws {@link StoreUnavailableError}
   */
  async revokeFamily(family: string): Promise<void> {
    await this.ledger.revoke(family, this.#time());
  }

  #begin(token: string, hash: string, replayMs: number): Run {
    const result = this.#renew(token, hash, replayMs).finally(() => this.#runs.delete(hash));
    const run = { replayMs, result };
    this.#runs.set(hash, run);
    return run;
  }

  async #renew(token: string, hash: string, replayMs: number): Promise<Renewed> {
    const deadlineMs = this.monotonic() + this.options.apiTimeoutMs;
    let watched: WatchedClaim | null = null;
    for (let round = 0; ; round++) {
      const claim = await this.#claim(hash, replayMs, watched);
      if (claim.outcome !== 'running') this.#watch.forget(hash);
      switch (claim.outcome) {
        case 'claimed': {
          // Who has waited for somebody else's call has no time for another of their own.
          if (round > 0 && this.monotonic() >= deadlineMs - this.options.apiTimeoutMs / 2) {
            await this.#exchange.giveUp(hash, claim);
            throw new RenewalPendingError(RETRY_AFTER_SECONDS);
          }
          const tokens = await this.#exchange.run(token, hash, claim);
          if (tokens !== null) return { tokens, isReplay: false };
          // Somebody else took over: what they got is ours too.
          watched = null;
          continue;
        }
        case 'running':
          watched = this.#watch.see(hash, claim.claimId, claim.leaseMs);
          if (watched.hasLapsed && round === 0) continue;
          break;
        case 'renewed':
          return { tokens: await this.#replay(token, claim, replayMs), isReplay: round === 0 };
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
  async #claim(hash: string, replayMs: number, watched: WatchedClaim | null): Promise<Claim> {
    const held = this.#exchange.findHeld(hash);
    if (held !== null) {
      const { claimId, family } = held;
      return { outcome: 'claimed', family, claimId, owner: null, held: null };
    }
    return this.ledger.claim(hash, { ...this.#time(), leaseMs: this.#leaseMs, replayMs, watched });
  }

  async #replay(token: string, { sealed, family }: Replay, replayMs: number): Promise<RefreshedTokens> {
    const tokens = openSealed(sealed, token);
    try {
      return await verifyRefreshed(this.verifier, tokens, { token, family });
    } catch (error) {
      const next = tokens.refreshToken;
      // A long window outlasts access tokens.
      if (isExpired(error) && next !== null && next !== token) return this.renew(next, { replayMs });
      throw toRefreshError(error);
    }
  }

  #refusal({ family, reason, owner }: Refusal): EndedFamilyError {
    if (reason === 'reused') {
      tell('onRefreshTokenReused', () => this.options.events.onRefreshTokenReused?.({ owner }));
    }
    return new EndedFamilyError(family, reason);
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
