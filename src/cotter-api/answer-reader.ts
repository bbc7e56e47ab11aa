import { IssuerFailedError } from '../errors/issuer.errors.js';

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads one object of an issuer's answer member by member. Unknown members are nobody's business; a known one of another type than
 * documented makes the whole answer nonsense. The cause names the member, never its value.
 */
export class AnswerReader {
  readonly #members: Members;
  readonly #path: string;

  private constructor(members: Members, path: string) {
    this.#members = members;
    this.#path = path;
  }

  /**
   * @param path - Names the object in a log: `oauth_token`.
   * @throws {@link IssuerFailedError} (`issuer_failed`) where the value is not an object.
   */
  static of(value: unknown, path: string): AnswerReader {
    if (!isObject(value)) throw nonsense(`${path} is not an object`);
    return new AnswerReader(value, path);
  }

  /** The object itself, with everything in it. */
  get raw(): Members {
    return this.#members;
  }

  /** A string that is there and not empty. */
  text(name: string): string {
    return this.optionalText(name) ?? this.#refuse(name, 'a non-empty string');
  }

  /**
   * A string, or `null` where it is absent, `null` or empty.
   *
   * @param names - Spellings of one member; the first that is there counts.
   */
  optionalText(...names: readonly string[]): string | null {
    const name = names.find((candidate) => (this.#members[candidate] ?? null) !== null);
    if (name === undefined) return null;
    const value = this.#members[name];
    if (typeof value !== 'string') return this.#refuse(name, 'a string');
    return value === '' ? null : value;
  }

  /** A string that can only be one, in whichever case; where it is absent, it is meant. */
  keyword<T extends string>(name: string, only: T): T {
    const value = this.optionalText(name) ?? only;
    return value.toLowerCase() === only.toLowerCase() ? only : this.#refuse(name, only);
  }

  /** A list of strings; `null` on this wire is the empty one. */
  texts(name: string): readonly string[] {
    const value = this.#members[name] ?? [];
    return Array.isArray(value) && value.every((item) => typeof item === 'string')
      ? value
      : this.#refuse(name, 'a list of strings');
  }

  /** A number that is not negative. */
  amount(name: string): number {
    const value = this.#members[name];
    return typeof value === 'number' && Number.isFinite(value) && value >= 0
      ? value
      : this.#refuse(name, 'a number that is not negative');
  }

  object(name: string): AnswerReader {
    return AnswerReader.of(this.#members[name], `${this.#path}.${name}`);
  }

  /** An object, or `null` where it is absent or `null`. */
  optionalObject(name: string): AnswerReader | null {
    return (this.#members[name] ?? null) === null ? null : this.object(name);
  }

  #refuse(name: string, requirement: string): never {
    throw nonsense(`${this.#path}.${name} is not ${requirement}`);
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nonsense(what: string): IssuerFailedError {
  return new IssuerFailedError({ cause: new Error(`the issuer's answer makes no sense: ${what}`) });
}
