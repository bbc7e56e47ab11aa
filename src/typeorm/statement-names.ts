import { createHash } from 'node:crypto';

/** Each takes memory on each connection of the server, so there is an end to them. */
const MAX_NAMES = 100;

/** Under which names statements are prepared. */
export class StatementNames {
  readonly #byText = new Map<string, string>();
  #generation = 0;

  /** @returns `null` where there are enough. */
  nameOf(text: string): string | null {
    let name = this.#byText.get(text);
    if (name === undefined) {
      if (this.#byText.size === MAX_NAMES) return null;
      // Behind a pooler, processes share connections: whoever uses a name must mean the same by it.
      const meaning = createHash('sha256')
        .update(`${String(this.#generation)} ${text}`)
        .digest('hex');
      name = `cotter_${meaning.slice(0, 32)}`;
      this.#byText.set(text, name);
    }
    return name;
  }

  /** Gives every text another name, once for all who come with an old one. */
  renew(text: string, outdated: string): void {
    if (this.#byText.get(text) !== outdated) return;
    this.#generation++;
    this.#byText.clear();
  }
}
