import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import type { Clock } from '../tokens/clock.js';

interface HeldRenewal {
  readonly tokens: OAuthTokens;
  readonly expiresAtMs: number;
}

const TTL_MS = 60_000;
const MAX_RENEWALS = 1_000;

/**
 * New tokens that cannot be verified yet, kept for a minute under the hash of the token that was spent for them: without this, an outage
 * of the issuer's keys would sign out everybody whose token was renewed in it. Everyone who asks within the minute gets them, since
 * several may have shared the call that failed.
 */
export class HeldRenewals {
  readonly #clock: Clock;
  // In order of their expiry, which is the order of insertion.
  readonly #renewals = new Map<string, HeldRenewal>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Holds tokens; of more than a thousand, the oldest are let go. What is held already keeps its time. */
  hold(key: string, tokens: OAuthTokens): void {
    this.#dropExpired();
    if (this.#renewals.has(key)) return;
    this.#renewals.set(key, { tokens, expiresAtMs: this.#clock() + TTL_MS });
    const [oldest] = this.#renewals.keys();
    if (this.#renewals.size > MAX_RENEWALS && oldest !== undefined) this.#renewals.delete(oldest);
  }

  find(key: string): OAuthTokens | null {
    this.#dropExpired();
    return this.#renewals.get(key)?.tokens ?? null;
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
