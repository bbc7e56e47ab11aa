import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import type { Clock } from '../tokens/clock.js';

/** What the issuer has answered to a renewal that could not be written down. */
export interface HeldRenewal {
  readonly tokens: OAuthTokens;
  readonly claimId: string;
  readonly family: string;
  /** Tries once more to write it down; rejects where that cannot be done now. */
  readonly write: () => Promise<unknown>;
}

interface Holding extends HeldRenewal {
  readonly expiresAtMs: number;
}

/** As long as an access token commonly lives: longer than that, nobody needs the answer. */
const TTL_MS = 3_600_000;
const WRITE_EVERY_MS = 1_000;
const MAX_RENEWALS = 1_000;

/**
 * New tokens whose renewal could not be written down, kept for an hour under the hash of the token that was spent for them: without this,
 * an outage of the store would sign out everybody whose token was renewed in it. They are written as soon as the store is back, since the
 * next request may come to another process.
 */
export class HeldRenewals {
  readonly #clock: Clock;
  // In order of their expiry, which is the order of insertion.
  readonly #renewals = new Map<string, Holding>();
  #timer: NodeJS.Timeout | null = null;

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
    this.#schedule();
  }

  /** Writes down what it can. Runs by itself, every second while something is held. */
  async write(): Promise<void> {
    this.#dropExpired();
    for (const [key, renewal] of [...this.#renewals]) {
      try {
        await renewal.write();
      } catch {
        // The store is still away, and the others would wait for it as long as this one has.
        break;
      }
      if (this.#renewals.get(key) === renewal) this.#renewals.delete(key);
    }
    this.#timer = null;
    if (this.#renewals.size > 0) this.#schedule();
  }

  #schedule(): void {
    if (this.#timer === null) this.#timer = setTimeout(() => void this.write(), WRITE_EVERY_MS).unref();
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
