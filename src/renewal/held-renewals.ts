import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import type { Clock } from '../tokens/clock.js';

/** What the issuer has answered to a renewal that could not be written down. */
export interface HeldRenewal {
  readonly tokens: OAuthTokens;
  readonly claimId: string;
}

interface Holding extends HeldRenewal {
  readonly expiresAtMs: number;
}

const TTL_MS = 60_000;
const MAX_RENEWALS = 1_000;

/**
 * New tokens whose renewal could not be written down, kept for a minute under the hash of the token that was spent for them: without this,
 * an outage of the store would sign out everybody whose token was renewed in it.
 */
export class HeldRenewals {
  readonly #clock: Clock;
  // In order of their expiry, which is the order of insertion.
  readonly #renewals = new Map<string, Holding>();

  /** @param clock - One that nobody sets. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Holds tokens; of more than a thousand, the oldest are let go. What is held already keeps its time. */
  hold(key: string, renewal: HeldRenewal): void {
    this.#dropExpired();
    if (this.#renewals.has(key)) return;
    this.#renewals.set(key, { ...renewal, expiresAtMs: this.#clock() + TTL_MS });
    const [oldest] = this.#renewals.keys();
    if (this.#renewals.size > MAX_RENEWALS && oldest !== undefined) this.#renewals.delete(oldest);
  }

  find(key: string): HeldRenewal | null {
    this.#dropExpired();
    return this.#renewals.get(key) ?? null;
  }

  drop(key: string): void {
    this.#renewals.delete(key);
  }

  #dropExpired(): void {
    const nowMs = this.#clock();
    for (const [key, { expiresAtMs }] of this.#renewals) {
      if (nowMs < expiresAtMs) return;
      this.#renewals.delete(key);
    }
  }
}
