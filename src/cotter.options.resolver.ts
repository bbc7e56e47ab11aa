import type { CotterModuleOptions, CotterOptions } from './cotter.options.js';
import { CotterConfigurationError } from './errors/configuration.error.js';
import { isLoopbackHost } from './identifiers/loopback.js';
import { systemClock } from './tokens/clock.js';

const DEFAULTS = {
  apiUrl: 'https://www.cotter.app/api/v0',
  jsUrl: 'https://js.cotter.app',
  issuer: 'https://www.cotter.app',
  clockToleranceSeconds: 5,
  apiTimeoutMs: 5_000,
};

const KNOWN_OPTIONS: Readonly<Record<keyof CotterModuleOptions, true>> = {
  apiKeyId: true,
  apiUrl: true,
  jsUrl: true,
  issuer: true,
  jwksUri: true,
  clockToleranceSeconds: true,
  allowInsecureHttp: true,
  apiTimeoutMs: true,
  strictIdentity: true,
  linkByIdentifier: true,
  hooks: true,
  logRefusals: true,
  clock: true,
};

/**
 * Completes the options with their defaults and checks each; the only place that does either.
 *
 * @param name - Of the module.
 * @throws {@link CotterConfigurationError} naming the option and what it must be.
 */
export function resolveOptions(options: CotterModuleOptions, name: string): CotterOptions {
  const unknown = Object.keys(options).find((option) => !Object.hasOwn(KNOWN_OPTIONS, option));
  if (unknown !== undefined) {
    throw new CotterConfigurationError(
      unknown,
      'is not an option here (what shapes the module stands beside useFactory)',
    );
  }
  const insecure = readFlag(options, 'allowInsecureHttp', false);
  const apiUrl = readUrl('apiUrl', options.apiUrl ?? DEFAULTS.apiUrl, insecure);
  return {
    name,
    apiKeyId: readText('apiKeyId', options.apiKeyId, "the project's API_KEY_ID"),
    apiUrl,
    jsUrl: readUrl('jsUrl', options.jsUrl ?? DEFAULTS.jsUrl, insecure),
    issuers: readIssuers(options.issuer ?? DEFAULTS.issuer),
    jwksUri: readUrl('jwksUri', options.jwksUri ?? `${apiUrl}/token/jwks`, insecure),
    clockToleranceSeconds: readInteger(
      'clockToleranceSeconds',
      options.clockToleranceSeconds ?? DEFAULTS.clockToleranceSeconds,
      0,
      60,
    ),
    apiTimeoutMs: readInteger('apiTimeoutMs', options.apiTimeoutMs ?? DEFAULTS.apiTimeoutMs, 100, 60_000),
    strictIdentity: readFlag(options, 'strictIdentity', false),
    linkByIdentifier: readFlag(options, 'linkByIdentifier', true),
    hooks: readHooks(options.hooks ?? {}),
    logRefusals: readFlag(options, 'logRefusals', false),
    clock: options.clock ?? systemClock,
  };
}

/** A base URL, without the slash that people leave at its end. */
function readUrl(option: string, value: unknown, allowInsecureHttp: boolean): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new CotterConfigurationError(option, 'must be an https: URL');
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '' || url.search !== '') {
    throw new CotterConfigurationError(option, 'must not carry credentials, a query or a fragment');
  }
  if (url.protocol === 'http:' && !allowInsecureHttp && !isLoopbackHost(url.hostname)) {
    throw new CotterConfigurationError(
      option,
      'must be an https: URL (http: needs a loopback host, or allowInsecureHttp: true)',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function readIssuers(value: unknown): readonly string[] {
  const issuers: unknown[] = Array.isArray(value) ? value : [value];
  if (issuers.length === 0 || !issuers.every((issuer) => typeof issuer === 'string' && issuer.trim() !== '')) {
    throw new CotterConfigurationError('issuer', 'must be a non-empty string, or a list of them');
  }
  return [...new Set(issuers as string[])];
}

function readText(option: string, value: unknown, what: string): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new CotterConfigurationError(option, `must be ${what}, a non-empty string`);
  return value;
}

function readInteger(option: string, value: unknown, least: number, most: number): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new CotterConfigurationError(option, `must be a whole number from ${String(least)} to ${String(most)}`);
  }
  return value as number;
}

function readFlag(options: CotterModuleOptions, option: keyof CotterModuleOptions, fallback: boolean): boolean {
  const value: unknown = options[option] ?? fallback;
  if (typeof value !== 'boolean') throw new CotterConfigurationError(option, 'must be true or false');
  return value;
}

function readHooks(hooks: NonNullable<CotterModuleOptions['hooks']>): NonNullable<CotterModuleOptions['hooks']> {
  for (const hook of ['beforeRegister', 'onRegistered', 'onLoggedIn', 'onIdentifierConflict'] as const) {
    if (hooks[hook] !== undefined && typeof hooks[hook] !== 'function') {
      throw new CotterConfigurationError(`hooks.${hook}`, 'must be a function');
    }
  }
  return hooks;
}
