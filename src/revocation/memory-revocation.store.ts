import { systemClock, type Clock } from '../tokens/clock.js';
import {
  distinctPairs,
  KEPT_AFTER_END_MS,
  mergeAll,
  mergeRevocations,
  nameOf,
  type PersonPair,
  type Revocation,
  type Standing,
} from './revocation.js';
import { RevocationStore, type RevocationFeed, type RevocationListener } from './revocation.store.js';

const SWEEP_EVERY_MS = 60_000;

/** Revocations in the memory of one process: gone when it ends, and no other process hears of them. */
export class MemoryRevocationStore extends RevocationStore {
  readonly #listeners = new Set<RevocationListener>();
  readonly #revocations = new Map<string, Revocation>();
  readonly #standings = new Map<string, Standing>();
  #revision = 0;
  #sweptAtMs = 0;

  constructor(private readonly clock: Clock = systemClock) {
    super();
  }

  /** How much is kept. */
  get size(): number {
    return this.#revocations.size + this.#standings.size;
  }

  override revoke(revocations: readonly Revocation[]): Promise<void> {
    this.#sweep();
    for (const [name, revocation] of mergeAll(revocations)) {
      const known = this.#revocations.get(name);
      this.#revocations.set(name, known === undefined ? revocation : mergeRevocations(known, revocation));
    }
    for (const listener of this.#listeners) listener.changed(revocations);
    return Promise.resolve();
  }

  override disable(pairs: readonly PersonPair[]): Promise<readonly Standing[]> {
    return Promise.resolve(this.#stand(pairs, true));
  }

  override reinstate(pairs: readonly PersonPair[]): Promise<readonly Standing[]> {
    return Promise.resolve(this.#stand(pairs, false));
  }

  override follow(listener: RevocationListener): RevocationFeed {
    this.#listeners.add(listener);
    listener.changed([...this.#revocations.values(), ...this.#standings.values()]);
    listener.current(Number.POSITIVE_INFINITY);
    return {
      close: () => {
        this.#listeners.delete(listener);
        return Promise.resolve();
      },
    };
  }

  #stand(pairs: readonly PersonPair[], disabled: boolean): readonly Standing[] {
    const standings = distinctPairs(pairs).map((pair): Standing => ({
      ...pair,
      kind: 'standing',
      disabled,
      revision: ++this.#revision,
    }));
    for (const standing of standings) {
      if (disabled) this.#standings.set(nameOf(standing), standing);
      else this.#standings.delete(nameOf(standing));
    }
    for (const listener of this.#listeners) listener.changed(standings);
    return standings;
  }

  #sweep(): void {
    const nowMs = this.clock();
    if (Math.abs(nowMs - this.#sweptAtMs) < SWEEP_EVERY_MS) return;
    this.#sweptAtMs = nowMs;
    for (const [name, { untilMs }] of this.#revocations) {
      if (untilMs + KEPT_AFTER_END_MS < nowMs) this.#revocations.delete(name);
    }
  }
}
