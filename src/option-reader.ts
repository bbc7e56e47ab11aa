import { CotterConfigurationError } from './errors/configuration.error.js';
import { isLoopbackHost } from './identifiers/loopback.js';

/** Reads a group of options, and names the one that is wrong. Every verb throws {@link CotterConfigurationError}. */
export class OptionReader {
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #prefix: string;

  /** @param group - `path`: where the group stands, for messages; `known`: names of its options, separated by spaces. */
  constructor(options: unknown, group: { readonly path?: string; readonly known: readonly string[] }) {
    this.#prefix = group.path === undefined ? '' : `${group.path}.`;
    if (typeof options !== 'object' || options === null || Array.isArray(options)) {
      throw new CotterConfigurationError(group.path ?? 'options', 'must be an object');
    }
    this.#options = options as Readonly<Record<string, unknown>>;
    const known = new Set(group.known.flatMap((names) => names.split(' ')));
    const unknown = Object.keys(options).find((option) => !known.has(option));
    if (unknown !== undefined) {
      throw this.#refusal(unknown, 'is not an option here (what shapes the module stands beside useFactory)');
    }
  }

  /** A string that is not blank. */
  text(option: string, fallback?: string): string {
    const value = this.#options[option] ?? fallback;
    if (typeof value === 'string' && value.trim() !== '') return value;
    throw this.#refusal(
      option,
      option === 'apiKeyId' ? "must be the project's API_KEY_ID, a non-empty string" : 'must be a non-empty string',
    );
  }

  /** One such string, or a list of them. */
  texts(option: string, fallback: string): readonly string[] {
    const values = [this.#options[option] ?? fallback].flat();
    if (values.length > 0 && values.every((value) => typeof value === 'string' && value.trim() !== '')) {
      return [...new Set(values as string[])];
    }
    throw this.#refusal(option, 'must be a non-empty string, or a list of them');
  }

  /** A list of secrets that are long enough. No message repeats one. */
  secrets(option: string, minLength: number): readonly string[] {
    const values = this.#options[option];
    const isGood = (value: unknown): boolean => typeof value === 'string' && value.length >= minLength;
    if (Array.isArray(values) && values.length > 0 && values.every(isGood)) return values as string[];
    throw this.#refusal(
      option,
      `must be a list of secrets of ${String(minLength)} characters or more, such as \`openssl rand -base64 32\` gives`,
    );
  }

  /** A list of origins, such as `https://app.example.com`. */
  origins(option: string): readonly string[] {
    const values = this.#options[option] ?? [];
    const isOrigin = (value: unknown): boolean =>
      typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value;
    if (Array.isArray(values) && values.every(isOrigin)) return values as string[];
    throw this.#refusal(option, 'must be a list of origins, such as https://app.example.com');
  }

  choice<Choice extends string>(option: string, choices: readonly Choice[], fallback: Choice): Choice {
    const value = this.#options[option] ?? fallback;
    const chosen = choices.find((choice) => choice === value);
    if (chosen !== undefined) return chosen;
    throw this.#refusal(option, `must be one of ${choices.join(', ')}`);
  }

  flag(option: string, fallback: boolean): boolean {
    const value = this.#options[option] ?? fallback;
    if (typeof value === 'boolean') return value;
    throw this.#refusal(option, 'must be true or false');
  }

  integer(option: string, range: { readonly fallback: number; readonly least: number; readonly most: number }): number {
    const { fallback, least, most } = range;
    const value = this.#options[option] ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.#refusal(option, `must be a whole number from ${String(least)} to ${String(most)}`);
  }

  /** A base URL, without the slash that people leave at its end. */
  url(option: string, rules: { readonly fallback?: string; readonly allowInsecureHttp: boolean }): string {
    const value = this.#options[option] ?? rules.fallback;
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      throw this.#refusal(option, 'must be an https: URL');
    }
    if (url.username !== '' || url.password !== '' || url.hash !== '' || url.search !== '') {
      throw this.#refusal(option, 'must not carry credentials, a query or a fragment');
    }
    if (url.protocol === 'http:' && !rules.allowInsecureHttp && !isLoopbackHost(url.hostname)) {
      throw this.#refusal(option, 'must be an https: URL (http: needs a loopback host, or allowInsecureHttp: true)');
    }
    return url.href.replace(/\/+$/, '');
  }

  /** An object (or instance of a class) whose named members are functions where they are there. */
  functions<T extends object>(option: string, names: readonly (string & keyof T)[]): T {
    const group = (this.#options[option] ?? {}) as T;
    const wrong = names.find((name) => group[name] !== undefined && typeof group[name] !== 'function');
    if (wrong === undefined) return group;
    throw this.#refusal(`${option}.${wrong}`, 'must be a function');
  }

  #refusal(option: string, requirement: string): CotterConfigurationError {
    return new CotterConfigurationError(`${this.#prefix}${option}`, requirement);
  }
}
