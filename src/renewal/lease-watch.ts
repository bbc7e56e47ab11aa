import type { Clock } from '../tokens/clock.js';
import type { WatchedClaim } from './refresh-ledger.js';

/** Milliseconds that nobody sets: they tell how long something took, and nothing else. */
export const monotonicClock: Clock = () => performance.now();

interface Watch {
  readonly claimId: string;
  readonly sinceMs: number;
}

const MAX_WATCHES = 10_000;

/**
 * Tells when a renewal of another process has been running for too long. Each process takes the time itself, from when it first saw the
 * renewal: clocks that jump or disagree would let two processes spend one token.
 */
export class LeaseWatch {
  readonly #watches = new Map<string, Watch>();

  constructor(private readonly monotonic: Clock) {}

  see(hash: string, claimId: string, leaseMs: number): WatchedClaim {
    const known = this.#watches.get(hash);
    const watch = known?.claimId === claimId ? known : { claimId, sinceMs: this.monotonic() };
    this.#watches.set(hash, watch);
    const [oldest] = this.#watches.keys();
    if (this.#watches.size > MAX_WATCHES && oldest !== undefined) this.#watches.delete(oldest);
    return { claimId, hasLapsed: this.monotonic() - watch.sinceMs >= leaseMs };
  }

  forget(hash: string): void {
    this.#watches.delete(hash);
  }
}
