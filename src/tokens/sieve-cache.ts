interface Entry<Value> {
  readonly value: Value;
  /** Asked for since the hand last came by. */
  used: boolean;
}

/**
 * A bounded map. Of more entries than fit, those go first that were not asked for since their last chance (SIEVE): a stream of entries that
 * are asked for once passes by the ones in use.
 */
export class SieveCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  #hand = this.#entries.entries();

  /** @param maxEntries - 0 keeps nothing. */
  constructor(private readonly maxEntries: number) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.value;
  }

  set(key: string, value: Value): void {
    if (this.maxEntries === 0) return;
    // First out, then in: otherwise a hand at the end would meet the new one there, take it, and never come round again.
    if (this.#entries.size >= this.maxEntries && !this.#entries.has(key)) this.#evict();
    this.#entries.set(key, { value, used: false });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Moves the hand on, giving a second chance to what was used, until something goes. */
  #evict(): void {
    for (;;) {
      const next = this.#hand.next();
      if (next.done === true) this.#hand = this.#entries.entries();
      else if (this.#takes(...next.value)) return;
    }
  }

  #takes(key: string, entry: Entry<Value>): boolean {
    if (!entry.used) return this.#entries.delete(key);
    entry.used = false;
    return false;
  }
}
