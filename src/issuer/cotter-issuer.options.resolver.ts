import { BlockList } from 'node:net';

import { CotterConfigurationError } from '../errors/configuration.error.js';
import { CotterError } from '../errors/cotter.error.js';
import { isLoopbackHost } from '../identifiers/loopback.js';
import { parseRedirectUrl, type RedirectUrl } from '../identifiers/redirect-url.js';
import { systemClock } from '../tokens/clock.js';
import type { IssuerClient } from './clients/issuer-client.js';
import type { CotterIssuerClientOptions, CotterIssuerOptions } from './cotter-issuer.options.js';
import { addTrustedProxy, LOOPBACK_PROXIES } from './http/trusted-proxies.js';
import type { IssuerSettings } from './issuer-settings.js';
import { createSigningKey, parseIdentityKey, parseSigningKey } from './keys/signing-key.js';
import { hashSecret } from './secrets.js';

const KNOWN_OPTIONS: Readonly<Record<keyof CotterIssuerOptions, true>> = {
  publicUrl: true,
  clients: true,
  dataSource: true,
  signingKey: true,
  identityKey: true,
  outbox: true,
  production: true,
  codeSender: true,
  maxCodesPerDay: true,
  trustedProxies: true,
  accessTokenTtlSeconds: true,
  clock: true,
};

const API_KEY_ID = /^[\w.-]{1,64}$/;
/** Paths beside `/token/{API_KEY_ID}`, so no key can have these names. */
const RESERVED_KEY_IDS = ['custom', 'jwks'];
const API_SECRET_KEY = /^[\x21-\x7e]{16,200}$/;

/**
 * Completes the issuer's options with their defaults and checks each; the only place that does either.
 *
 * @throws {@link CotterConfigurationError} naming the option and what it must be.
 */
export function resolveIssuerOptions(options: CotterIssuerOptions): IssuerSettings {
  const unknown = Object.keys(options).find((option) => !Object.hasOwn(KNOWN_OPTIONS, option));
  if (unknown !== undefined) throw new CotterConfigurationError(unknown, 'is not an option of the issuer');
  const outbox = readFlag('outbox', options.outbox);
  const production = readFlag('production', options.production);
  if (outbox && production) {
    throw new CotterConfigurationError(
      'outbox',
      'must be off together with production: true, since it shows every code',
    );
  }
  return {
    publicUrl: readPublicUrl(options.publicUrl),
    clients: readClients(options.clients),
    dataSource: readDataSource(options.dataSource),
    signingKey: readSigningKey(options.signingKey),
    identityKey: readIdentityKey(options.identityKey),
    outbox,
    codeSender: readCodeSender(options.codeSender, outbox),
    maxCodesPerDay: readWhole('maxCodesPerDay', options.maxCodesPerDay ?? 20, 5, 1000),
    trustedProxies: readTrustedProxies(options.trustedProxies ?? LOOPBACK_PROXIES),
    accessTokenTtlSeconds: readWhole('accessTokenTtlSeconds', options.accessTokenTtlSeconds ?? 3600, 60, 86_400),
    clock: readClock(options.clock ?? systemClock),
  };
}

function readFlag(option: string, value: unknown = false): boolean {
  if (typeof value !== 'boolean') throw new CotterConfigurationError(option, 'must be true or false');
  return value;
}

function readPublicUrl(value: unknown): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname));
  if (url === null || !isSafe) {
    throw new CotterConfigurationError('publicUrl', 'must be an https: URL, or an http: URL on a loopback host');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new CotterConfigurationError('publicUrl', 'must not carry credentials, a query or a fragment');
  }
  return url.href.replace(/\/+$/, '');
}

function readClients(value: unknown): readonly IssuerClient[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new CotterConfigurationError('clients', 'must be a list of at least one client');
  }
  const clients = value.map((client, index) =>
    readClient(client as CotterIssuerClientOptions, `clients[${String(index)}]`),
  );
  const keys = clients.map(({ apiKeyId }) => apiKeyId);
  const twin = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  if (twin !== -1) {
    throw new CotterConfigurationError(`clients[${String(twin)}].apiKeyId`, 'must differ from those of other clients');
  }
  return clients;
}

function readClient(client: CotterIssuerClientOptions, path: string): IssuerClient {
  const { apiKeyId, name, allowedOrigins, allowedRedirects, apiSecretKey, publicUserLookup, publicEnrolment } = client;
  if (typeof apiKeyId !== 'string' || !API_KEY_ID.test(apiKeyId) || RESERVED_KEY_IDS.includes(apiKeyId)) {
    throw new CotterConfigurationError(
      `${path}.apiKeyId`,
      'must be 1 to 64 letters, digits, dots, hyphens and underscores, and neither custom nor jwks',
    );
  }
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) {
    throw new CotterConfigurationError(`${path}.name`, 'must be a non-empty string where it is given');
  }
  return {
    apiKeyId,
    name: name ?? null,
    allowedOrigins: new Set(readList(`${path}.allowedOrigins`, allowedOrigins, readOrigin)),
    allowedRedirects: readList(`${path}.allowedRedirects`, allowedRedirects, readRedirect),
    apiSecretKeyHash: readApiSecretKey(apiSecretKey, `${path}.apiSecretKey`),
    publicUserLookup: readFlag(`${path}.publicUserLookup`, publicUserLookup),
    publicEnrolment: readFlag(`${path}.publicEnrolment`, publicEnrolment),
  };
}

/** Kept as its hash alone, so that no dump of the settings shows it. */
function readApiSecretKey(value: unknown, path: string): string | null {
  if (value === undefined) return null;
  if (typeof value !== 'string' || !API_SECRET_KEY.test(value)) {
    throw new CotterConfigurationError(path, 'must be 16 to 200 visible ASCII characters where it is given');
  }
  return hashSecret(value);
}

function readList<T>(path: string, value: unknown, read: (entry: unknown, path: string) => T): T[] {
  if (!Array.isArray(value)) throw new CotterConfigurationError(path, 'must be a list, empty where there is none');
  return value.map((entry, index) => read(entry, `${path}[${String(index)}]`));
}

/** An origin is compared as browsers spell it, so another spelling in the list would never match. */
function readOrigin(entry: unknown, path: string): string {
  const url = typeof entry === 'string' && URL.canParse(entry) ? new URL(entry) : null;
  if (url === null || url.origin !== entry || !/^https?:$/.test(url.protocol)) {
    throw new CotterConfigurationError(
      path,
      'must be an origin such as https://app.example.com: lower case, no default port, nothing after the port',
    );
  }
  return url.origin;
}

function readRedirect(entry: unknown, path: string): RedirectUrl {
  try {
    return parseRedirectUrl(String(entry));
  } catch (error) {
    const detail = error instanceof CotterError ? error.detail : 'The redirect URL is not a URL.';
    throw new CotterConfigurationError(path, `must be a redirect URL. ${detail}`, { cause: error });
  }
}

function readDataSource(value: unknown): CotterIssuerOptions['dataSource'] {
  if (typeof value !== 'object' || value === null || !('type' in value)) {
    throw new CotterConfigurationError('dataSource', 'must be the options of a TypeORM DataSource');
  }
  for (const own of ['entities', 'migrations']) {
    if (Reflect.get(value, own) !== undefined) {
      throw new CotterConfigurationError(`dataSource.${own}`, 'must be left out: the issuer adds its own');
    }
  }
  return value as CotterIssuerOptions['dataSource'];
}

function readSigningKey(value: CotterIssuerOptions['signingKey']): IssuerSettings['signingKey'] {
  if (value === undefined) return createSigningKey();
  const key = parseSigningKey(value);
  if (key === null)
    throw new CotterConfigurationError('signingKey', 'must be an ES256 (P-256) private key, PEM or JWK');
  return key;
}

function readIdentityKey(value: CotterIssuerOptions['identityKey']): IssuerSettings['identityKey'] {
  const key = value === undefined ? null : parseIdentityKey(value);
  if (value !== undefined && key === null) {
    throw new CotterConfigurationError('identityKey', 'must be an Ed25519 private key, PEM or JWK');
  }
  return key;
}

function readCodeSender(value: CotterIssuerOptions['codeSender'], outbox: boolean): IssuerSettings['codeSender'] {
  if (outbox && value !== undefined) {
    throw new CotterConfigurationError('codeSender', 'must be left out with outbox: true, which takes its place');
  }
  if (!outbox && typeof value?.send !== 'function') {
    throw new CotterConfigurationError('codeSender', 'must be a CodeSender, unless outbox is on');
  }
  return value ?? null;
}

function readTrustedProxies(value: unknown): BlockList {
  const proxies = new BlockList();
  readList('trustedProxies', value, (entry, path) => {
    if (addTrustedProxy(proxies, entry)) return;
    throw new CotterConfigurationError(path, 'must be an IP address, or a network such as 10.0.0.0/8');
  });
  return proxies;
}

function readWhole(option: string, value: unknown, from: number, to: number): number {
  if (!Number.isInteger(value) || (value as number) < from || (value as number) > to) {
    throw new CotterConfigurationError(option, `must be a whole number from ${String(from)} to ${String(to)}`);
  }
  return value as number;
}

function readClock(value: unknown): IssuerSettings['clock'] {
  if (typeof value !== 'function') {
    throw new CotterConfigurationError('clock', 'must be a function that gives milliseconds since 1970');
  }
  return value as IssuerSettings['clock'];
}
