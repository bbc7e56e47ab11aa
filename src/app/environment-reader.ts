import { AppStartError } from './app-start.error.js';

/** Variables by name, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads variables and says what is wrong with one: `PORT must be a whole number from 1 to 65535.` What stands in the variable is not
 * repeated, since some of them hold passwords. An empty value counts as unset.
 */
export class EnvironmentReader {
  constructor(private readonly environment: Environment) {}

  findText(name: string): string | null {
    const value = this.environment[name]?.trim() ?? '';
    return value === '' ? null : value;
  }

  getPort(name: string, fallback: number): number {
    const text = this.findText(name);
    if (text === null) return fallback;
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (port < 1 || port > 65_535) refuse(name, 'must be a whole number from 1 to 65535');
    return port;
  }

  /** A whole number of seconds; `null` where the variable is not set. */
  findSeconds(name: string, most: number): number | null {
    const text = this.findText(name);
    if (text === null) return null;
    const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Infinity;
    if (seconds > most) refuse(name, `must be a whole number of seconds from 0 to ${String(most)}`);
    return seconds;
  }

  getChoice<T extends string>(name: string, choices: readonly [T, ...T[]]): T {
    const text = this.findText(name);
    if (text === null) return choices[0];
    return choices.find((choice) => choice === text) ?? refuse(name, `must be ${choices.join(' or ')}`);
  }

  getHost(name: string, fallback: string): string {
    const text = this.findText(name) ?? fallback;
    if (!/^[a-z0-9.:-]{1,253}$/i.test(text)) refuse(name, 'must be an IP address or a host name, without a port');
    return text;
  }

  /** A base URL, without the slash that people leave at its end. */
  findUrl(name: string): string | null {
    const text = this.findText(name);
    if (text === null) return null;
    const url = parseUrl(text, ['http:', 'https:']);
    if (url?.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      refuse(name, 'must be an http: or https: URL without credentials, query and fragment');
    }
    return withoutSlash(url);
  }

  findRedisUrl(name: string): string | null {
    const text = this.findText(name);
    if (text !== null && !parseUrl(text, ['redis:', 'rediss:'])?.hostname) {
      refuse(name, 'must be a redis: or rediss: URL, for example redis://127.0.0.1:6379');
    }
    return text;
  }

  /** Comma separated; each entry is what `parse` makes of it. */
  getList(name: string, requirement: string, parse: (entry: string) => string | null): readonly string[] {
    const entries = (this.findText(name) ?? '').split(',').map((entry) => entry.trim());
    const parsed = entries.filter(Boolean).map((entry) => parse(entry) ?? refuse(name, requirement));
    return [...new Set(parsed)];
  }

  /** Origins as a browser sends them, such as `https://app.example.com`. */
  getOrigins(name: string): readonly string[] {
    return this.getList(name, 'must be origins such as https://app.example.com, separated by commas', (entry) => {
      const url = parseUrl(entry, ['http:', 'https:']);
      return url !== null && entry.replace(/\/$/, '').toLowerCase() === url.origin ? url.origin : null;
    });
  }
}

/** The spelling of a base URL to which a path can be appended. */
export function withoutSlash(url: URL): string {
  return url.href.replace(/\/+$/, '');
}

function parseUrl(text: string, protocols: readonly string[]): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && protocols.includes(url.protocol) ? url : null;
}

/** @throws {@link AppStartError} always. */
export function refuse(name: string, requirement: string): never {
  throw new AppStartError(`${name} ${requirement}.`);
}
