/** A map by two texts, an issuer and a name. A look-up builds no key out of them, which would cost more than the look-up itself. */
export class PairMap<Value> {
  readonly #byIssuer = new Map<string, Map<string, Value>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(issuer: string, name: string): Value | undefined {
    return this.#byIssuer.get(issuer)?.get(name);
  }

  set(issuer: string, name: string, value: Value): void {
    const names = this.#byIssuer.get(issuer) ?? new Map<string, Value>();
    this.#byIssuer.set(issuer, names);
    this.#size -= names.size;
    names.set(name, value);
    this.#size += names.size;
  }

  /** Keeps what passes. */
  filter(keeps: (value: Value) => boolean): void {
    for (const [issuer, names] of this.#byIssuer) {
      for (const [name, value] of names) {
        if (!keeps(value) && names.delete(name)) this.#size--;
      }
      if (names.size === 0) this.#byIssuer.delete(issuer);
    }
  }
}
