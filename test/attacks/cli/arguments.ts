import { parseArgs } from 'node:util';

/** What the command was asked to do. */
export interface CliArguments {
  readonly url: URL;
  readonly guardPath: string;
  /** `null` where the server has no login. */
  readonly loginPath: string | null;
  readonly spawn: string | null;
  readonly issuerHost: string;
  readonly issuerPort: number;
  readonly apiKeyId: string | null;
  readonly plainKeys: boolean;
  readonly toleranceSeconds: number;
  readonly waitSeconds: number;
  readonly only: string | null;
  readonly strict: boolean;
  readonly json: boolean;
}

/** The command was called in a way that it does not understand. */
export class UsageError extends Error {}

export const HELP = `Fires the list of docs/attacks.md at a running server, from an issuer that is started here, and prints what got through.

  npm run attack -- --url http://localhost:3000 [options]

The server has to trust this issuer: the variables that do that are printed first. --spawn starts the server with them.

  --url URL             the server (required)
  --guard PATH          a route behind the guard, for GET [/me]
  --login PATH          the route that logs in, for POST [/login]
  --no-login            the server has none
  --spawn COMMAND       starts the server by this command, and stops it afterwards
  --issuer-port PORT    of the issuer [a free one]
  --issuer-host HOST    address of the issuer, as the server reaches it [127.0.0.1]
  --api-key-id ID       the audience of the tokens [a new one]
  --plain-keys          publishes no unsuitable keys beside the good ones
  --tolerance SECONDS   by which the clock of the server may be off [5]
  --wait SECONDS        for the server to answer [60]
  --only FAMILY         only families whose name has this in it
  --strict              status and code of every refusal have to be those of the list, too
  --json                prints the result as JSON
  --help                prints this

Exit code: 0 nothing got through, 1 something did (or was answered by 5xx, or not at all), 2 the attack could not start.
`;

/**
 * @returns `null` where help is wanted.
 * @throws {@link UsageError}
 */
export function parseArguments(args: readonly string[]): CliArguments | null {
  const values = parseOptions(args);
  if (values.help === true) return null;
  const url = URL.parse(values.url ?? '');
  if (url === null || !/^https?:$/.test(url.protocol)) throw new UsageError('--url must be an http or https URL');
  return {
    url,
    guardPath: parsePath('guard', values.guard),
    loginPath: values['no-login'] === true ? null : parsePath('login', values.login),
    spawn: values.spawn ?? null,
    issuerHost: values['issuer-host'],
    issuerPort: parseNumber('issuer-port', values['issuer-port'], 65_535),
    apiKeyId: values['api-key-id'] ?? null,
    plainKeys: values['plain-keys'],
    toleranceSeconds: parseNumber('tolerance', values.tolerance, 3600),
    waitSeconds: parseNumber('wait', values.wait, 3600),
    only: values.only ?? null,
    strict: values.strict,
    json: values.json,
  };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        guard: { type: 'string', default: '/me' },
        login: { type: 'string', default: '/login' },
        'no-login': { type: 'boolean' },
        spawn: { type: 'string' },
        'issuer-host': { type: 'string', default: '127.0.0.1' },
        'issuer-port': { type: 'string', default: '0' },
        'api-key-id': { type: 'string' },
        'plain-keys': { type: 'boolean', default: false },
        tolerance: { type: 'string', default: '5' },
        wait: { type: 'string', default: '60' },
        only: { type: 'string' },
        strict: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function parsePath(name: string, path: string): string {
  if (!/^\/[!-~]*$/.test(path)) throw new UsageError(`--${name} must be a path that begins with /`);
  return path;
}

function parseNumber(name: string, text: string, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > max)
    throw new UsageError(`--${name} must be a whole number up to ${String(max)}`);
  return number;
}
