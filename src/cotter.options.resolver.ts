import { readFileSync } from 'node:fs';

import type {
  CotterJwksOptions,
  CotterModuleOptions,
  CotterOptions,
  CotterRedirectOptions,
  CotterRefreshOptions,
  CotterRevocationOptions,
  CotterSessionOptions,
  ResolvedRedirect,
  ResolvedSession,
  ResolvedTrust,
  SessionMode,
} from './cotter.options.js';
import { CotterConfigurationError } from './errors/configuration.error.js';
import { findReturnPath } from './identifiers/return-path.js';
import { OptionReader } from './option-reader.js';
import { MIN_KEY_LENGTH } from './sealing/sealer.js';
import { systemClock } from './tokens/clock.js';
import { StaticKeyProvider } from './tokens/static-key-provider.js';

/**
 * Completes the options with their defaults and checks each; the only place that does either.
 *
 * @param name - Of the module.
 * @param sessionMode - What the module was shaped by; `null` where it has no sessions.
 * @throws {@link CotterConfigurationError} naming the option and what it must be.
 */
export function resolveOptions(
  options: CotterModuleOptions,
  name: string,
  sessionMode: SessionMode | null = null,
): CotterOptions {
  const read = new OptionReader(options, {
    known: [
      'apiKeyId apiUrl jsUrl issuer jwksUri clockToleranceSeconds allowInsecureHttp apiTimeoutMs strictIdentity linkByIdentifier',
      'keepsAuthTime jwks trust cache revocation refresh hooks events logRefusals clock publicUrl allowedOrigins session redirect',
    ],
  });
  const allowInsecureHttp = read.flag('allowInsecureHttp', false);
  const apiKeyId = read.text('apiKeyId');
  const apiUrl = read.url('apiUrl', { fallback: 'https://www.cotter.app/api/v0', allowInsecureHttp });
  const jwksUri = read.url('jwksUri', { fallback: `${apiUrl}/token/jwks`, allowInsecureHttp });
  const { set, ...jwks } = resolveJwks(options.jwks ?? {});
  const linkByIdentifier = read.flag('linkByIdentifier', true);
  const keepsAuthTime = read.flag('keepsAuthTime', false);
  const publicUrl = options.publicUrl === undefined ? null : read.url('publicUrl', { allowInsecureHttp: false });
  const keys = set === undefined ? { uri: jwksUri } : { set };
  const first = read
    .texts('issuer', 'https://www.cotter.app')
    .map((issuer) => ({ issuer, audience: apiKeyId, keys, linkByIdentifier, keepsAuthTime }));
  return {
    name,
    apiKeyId,
    apiUrl,
    jsUrl: read.url('jsUrl', { fallback: 'https://js.cotter.app', allowInsecureHttp }),
    trust: resolveTrust(first, options.trust ?? [], allowInsecureHttp),
    jwks,
    maxCachedTokens: new OptionReader(options.cache ?? {}, { path: 'cache', known: ['maxTokens'] }).integer(
      'maxTokens',
      { fallback: 20_000, least: 0, most: 10_000_000 },
    ),
    revocation: resolveRevocation(options.revocation ?? {}),
    refresh: resolveRefresh(options.refresh ?? {}),
    publicUrl,
    loginOrigins: new Set([
      ...(publicUrl === null ? [] : [new URL(publicUrl).origin]),
      ...read.origins('allowedOrigins'),
    ]),
    session: resolveSession(options.session, sessionMode, publicUrl),
    redirect: resolveRedirect(options.redirect ?? {}, publicUrl),
    clockToleranceSeconds: read.integer('clockToleranceSeconds', { fallback: 5, least: 0, most: 60 }),
    apiTimeoutMs: read.integer('apiTimeoutMs', { fallback: 5_000, least: 100, most: 60_000 }),
    strictIdentity: read.flag('strictIdentity', false),
    hooks: read.functions('hooks', ['beforeRegister', 'onRegistered', 'onLoggedIn', 'onIdentifierConflict']),
    events: read.functions('events', [
      'onKeysRefreshed',
      'onKeysUnavailable',
      'onTokenRejected',
      'onRevocationsUnavailable',
      'onRevocationsCurrent',
      'onRefreshTokenReused',
      'onSessionStarted',
      'onSessionEnded',
    ]),
    logRefusals: read.flag('logRefusals', false),
    clock: options.clock ?? systemClock,
  };
}

function resolveJwks(options: CotterJwksOptions): CotterOptions['jwks'] & { readonly set: unknown } {
  const read = new OptionReader(options, {
    path: 'jwks',
    known: ['maxAgeSeconds maxStaleSeconds cooldownSeconds keys file'],
  });
  const maxAgeSeconds = read.integer('maxAgeSeconds', { fallback: 600, least: 10, most: 86_400 });
  // A set that expires while it may not be fetched again would be an outage of our own making.
  const longestCooldown = Math.min(300, Math.floor(maxAgeSeconds / 2));
  return {
    maxAgeSeconds,
    maxStaleSeconds: read.integer('maxStaleSeconds', { fallback: 86_400, least: 0, most: 604_800 }),
    cooldownSeconds: read.integer('cooldownSeconds', { fallback: 5, least: 1, most: longestCooldown }),
    set: readKeySet(options),
  };
}

function resolveRevocation(options: CotterRevocationOptions): CotterOptions['revocation'] {
  const read = new OptionReader(options, { path: 'revocation', known: ['maxTokenLifetimeSeconds failClosed'] });
  return {
    maxTokenLifetimeSeconds: read.integer('maxTokenLifetimeSeconds', {
      fallback: 86_400,
      least: 60,
      most: 31_536_000,
    }),
    failClosed: read.flag('failClosed', false),
  };
}

const DAY_SECONDS = 86_400;

function resolveRefresh(options: CotterRefreshOptions): CotterOptions['refresh'] {
  const read = new OptionReader(options, { path: 'refresh', known: ['replaySeconds ledgerSeconds'] });
  return {
    replaySeconds: read.integer('replaySeconds', { fallback: 10, least: 0, most: 60 }),
    ledgerSeconds: read.integer('ledgerSeconds', {
      fallback: 60 * DAY_SECONDS,
      least: DAY_SECONDS,
      most: 3_650 * DAY_SECONDS,
    }),
  };
}

function resolveSession(
  options: CotterSessionOptions | undefined,
  mode: SessionMode | null,
  publicUrl: string | null,
): ResolvedSession | null {
  if (mode === null) {
    if (options === undefined) return null;
    throw new CotterConfigurationError(
      'session.mode',
      "must be 'server' or 'token' (beside useFactory, where there is one)",
    );
  }
  if (publicUrl === null) {
    throw new CotterConfigurationError(
      'publicUrl',
      'must be the URL that browsers reach this application by: sessions need it',
    );
  }
  const read = new OptionReader(options ?? {}, {
    path: 'session',
    known: ['encryptionKeys idleSeconds absoluteSeconds adoptRefreshToken maxWarm'],
  });
  const absoluteSeconds = read.integer('absoluteSeconds', {
    fallback: 30 * DAY_SECONDS,
    least: 60,
    most: 3_650 * DAY_SECONDS,
  });
  return {
    mode,
    encryptionKeys: read.secrets('encryptionKeys', MIN_KEY_LENGTH),
    idleSeconds: read.integer('idleSeconds', { fallback: 7 * DAY_SECONDS, least: 60, most: 365 * DAY_SECONDS }),
    absoluteSeconds,
    adoptRefreshToken: read.flag('adoptRefreshToken', false),
    maxWarm: read.integer('maxWarm', { fallback: 20_000, least: 0, most: 10_000_000 }),
    origin: new URL(publicUrl).origin,
  };
}

function resolveRedirect(options: CotterRedirectOptions, publicUrl: string | null): ResolvedRedirect {
  const read = new OptionReader(options, { path: 'redirect', known: ['type authMethod defaultReturnTo'] });
  const defaultReturnTo = read.text('defaultReturnTo', '/');
  if (publicUrl !== null && findReturnPath(defaultReturnTo, publicUrl) === null) {
    throw new CotterConfigurationError(
      'redirect.defaultReturnTo',
      'must be a path of this site that begins with one /',
    );
  }
  return {
    type: read.choice<'EMAIL' | 'PHONE'>('type', ['EMAIL', 'PHONE'], 'EMAIL'),
    authMethod:
      options.authMethod === undefined
        ? undefined
        : read.choice<'OTP' | 'MAGIC_LINK'>('authMethod', ['OTP', 'MAGIC_LINK'], 'OTP'),
    defaultReturnTo,
  };
}

function readKeySet({ keys, file }: CotterJwksOptions): unknown {
  if (keys !== undefined && file !== undefined)
    throw new CotterConfigurationError('jwks.file', 'cannot stand beside jwks.keys');
  const option = file === undefined ? 'jwks.keys' : 'jwks.file';
  const set = file === undefined ? keys : readJson(file);
  if (set === undefined) return undefined;
  if (new StaticKeyProvider(set).size > 0) return set;
  throw new CotterConfigurationError(option, 'must hold a JSON Web Key Set with a public EC P-256 key that has a kid');
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch (error) {
    throw new CotterConfigurationError('jwks.file', 'must be the path of a readable JSON file', { cause: error });
  }
}

function resolveTrust(
  first: readonly ResolvedTrust[],
  added: unknown,
  allowInsecureHttp: boolean,
): readonly ResolvedTrust[] {
  if (!Array.isArray(added)) throw new CotterConfigurationError('trust', 'must be a list');
  const more = (added as unknown[]).map((options, index): ResolvedTrust => {
    const read = new OptionReader(options, {
      path: `trust[${String(index)}]`,
      known: ['issuer jwksUri audience linkByIdentifier keepsAuthTime'],
    });
    return {
      issuer: read.text('issuer'),
      audience: read.text('audience', first[0]?.audience),
      keys: { uri: read.url('jwksUri', { allowInsecureHttp }) },
      linkByIdentifier: read.flag('linkByIdentifier', false),
      keepsAuthTime: read.flag('keepsAuthTime', false),
    };
  });
  const all = [...first, ...more];
  const twin = all.findIndex(({ issuer }, index) => all.findIndex((other) => other.issuer === issuer) !== index);
  if (twin >= 0) {
    throw new CotterConfigurationError(
      `trust[${String(twin - first.length)}].issuer`,
      'must differ from the other issuers',
    );
  }
  return all;
}
