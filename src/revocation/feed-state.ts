import { Logger } from '@nestjs/common';

import { tell, type CotterEvents } from '../cotter.events.js';
import type { Clock } from '../tokens/clock.js';

/** How old what a process knows may be. */
export const STALENESS_BOUND_MS = 5_000;

/** Whether what is revoked is known, or since when it is not. */
export type RevocationState =
  | { readonly status: 'current' }
  /** What was known at `since` is in force; `null` where nothing was ever known. */
  | { readonly status: 'stale'; readonly since: Date | null };

/** Keeps how old the view of a process is, and tells when the store gets out of reach and when it is back: each once. */
export class FeedState {
  readonly #logger = new Logger('Cotter');
  /** By `performance.now()`, since the clock of the application may jump. */
  #asOfMs = Number.NEGATIVE_INFINITY;
  #isLost = false;
  #isMute = false;

  constructor(
    private readonly clock: Clock,
    private readonly events: CotterEvents,
  ) {}

  describe(): RevocationState {
    if (!this.#isLost && !this.isStale()) return { status: 'current' };
    return { status: 'stale', since: this.#since() };
  }

  /** Whether what is known is older than the bound. */
  isStale(): boolean {
    return performance.now() - this.#asOfMs > STALENESS_BOUND_MS;
  }

  current(asOfMs: number): void {
    this.#asOfMs = asOfMs;
    if (!this.#isLost) return;
    this.#isLost = false;
    if (this.#isMute) return;
    this.#logger.log('revocations are known again');
    tell('onRevocationsCurrent', () => this.events.onRevocationsCurrent?.());
  }

  lost(reason: unknown): void {
    if (this.#isLost) return;
    this.#isLost = true;
    if (this.#isMute) return;
    const error = reason instanceof Error ? reason : new Error('the store of revocations failed', { cause: reason });
    this.#logger.warn(`revocations cannot be read: ${error.message}`);
    const since = this.#since() ?? new Date(this.clock());
    tell('onRevocationsUnavailable', () => this.events.onRevocationsUnavailable?.({ error, since }));
  }

  /** Tells nothing any more. */
  mute(): void {
    this.#isMute = true;
  }

  #since(): Date | null {
    if (!Number.isFinite(this.#asOfMs)) return null;
    return new Date(this.clock() - (performance.now() - this.#asOfMs));
  }
}
