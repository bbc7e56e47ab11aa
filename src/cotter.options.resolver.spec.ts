import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { resolveOptions } from './cotter.options.resolver.js';
import { CotterConfigurationError } from './errors/configuration.error.js';
import { createTestKey } from './testing/test-keys.js';

const KEY = '19024767-a0b2-4221-8faa-ef116dc853d0';

function refusalOf(options: Record<string, unknown>): string {
  try {
    resolveOptions({ apiKeyId: KEY, ...options }, 'cotter');
  } catch (error) {
    if (error instanceof CotterConfigurationError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('options', () => {
  it('need nothing but the API key id, and default to the hosted Cotter', () => {
    expect(resolveOptions({ apiKeyId: KEY }, 'cotter')).toMatchObject({
      name: 'cotter',
      apiKeyId: KEY,
      apiUrl: 'https://www.cotter.app/api/v0',
      jsUrl: 'https://js.cotter.app',
      trust: [
        {
          issuer: 'https://www.cotter.app',
          audience: KEY,
          keys: { uri: 'https://www.cotter.app/api/v0/token/jwks' },
          linkByIdentifier: true,
          keepsAuthTime: false,
        },
      ],
      jwks: { maxAgeSeconds: 600, maxStaleSeconds: 86_400, cooldownSeconds: 5 },
      maxCachedTokens: 20_000,
      revocation: { maxTokenLifetimeSeconds: 86_400, failClosed: false },
      clockToleranceSeconds: 5,
      strictIdentity: false,
    });
  });

  it('find the key set below the API unless told otherwise', () => {
    const { apiUrl, trust } = resolveOptions({ apiKeyId: KEY, apiUrl: 'https://id.example.com/api/v0/' }, 'cotter');
    expect(apiUrl).toBe('https://id.example.com/api/v0');
    expect(trust[0]?.keys).toEqual({ uri: 'https://id.example.com/api/v0/token/jwks' });
  });

  it('keep each issuer as it is spelled, since tokens are held against it exactly', () => {
    const { trust } = resolveOptions({ apiKeyId: KEY, issuer: ['https://a.example/', 'b'] }, 'cotter');
    expect(trust.map(({ issuer }) => issuer)).toEqual(['https://a.example/', 'b']);
  });

  it('trust more issuers, none of which opens accounts by an address unless told to', () => {
    const { trust } = resolveOptions(
      {
        apiKeyId: KEY,
        trust: [
          { issuer: 'new', jwksUri: 'https://new.example/jwks' },
          {
            issuer: 'newer',
            jwksUri: 'https://newer.example/jwks',
            audience: 'other',
            linkByIdentifier: true,
            keepsAuthTime: true,
          },
        ],
      },
      'cotter',
    );
    expect(trust.slice(1)).toEqual([
      {
        issuer: 'new',
        audience: KEY,
        keys: { uri: 'https://new.example/jwks' },
        linkByIdentifier: false,
        keepsAuthTime: false,
      },
      {
        issuer: 'newer',
        audience: 'other',
        keys: { uri: 'https://newer.example/jwks' },
        linkByIdentifier: true,
        keepsAuthTime: true,
      },
    ]);
  });

  it('take keys by value or from a file', () => {
    const keys = { keys: [createTestKey().publicJwk] };
    const folder = mkdtempSync(join(tmpdir(), 'cotter-'));
    const file = join(folder, 'jwks.json');
    writeFileSync(file, JSON.stringify(keys));
    for (const jwks of [{ keys }, { file }]) {
      expect(resolveOptions({ apiKeyId: KEY, jwks }, 'cotter').trust[0]?.keys).toEqual({ set: keys });
    }
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['http: on this machine', { apiUrl: 'http://localhost:4000/api/v0' }],
    ['http: on IPv6 loopback', { apiUrl: 'http://[::1]:4000' }],
    ['http: elsewhere, spelled out', { apiUrl: 'http://issuer.internal', allowInsecureHttp: true }],
    ['the widest tolerance', { clockToleranceSeconds: 60 }],
    ['no tolerance', { clockToleranceSeconds: 0 }],
  ])('accept %s', (_case, options) => {
    expect(refusalOf(options)).toBe('accepted');
  });

  it.each([
    ['no API key id', { apiKeyId: undefined }, "apiKeyId: must be the project's API_KEY_ID, a non-empty string"],
    ['a blank API key id', { apiKeyId: ' ' }, "apiKeyId: must be the project's API_KEY_ID, a non-empty string"],
    ['text for a URL', { apiUrl: 'cotter' }, 'apiUrl: must be an https: URL'],
    ['another scheme', { jsUrl: 'ftp://js.cotter.app' }, 'jsUrl: must be an https: URL'],
    [
      'http: elsewhere',
      { jwksUri: 'http://issuer.internal/jwks' },
      'jwksUri: must be an https: URL (http: needs a loopback host, or allowInsecureHttp: true)',
    ],
    [
      'a host that only looks like loopback',
      { apiUrl: 'http://127.0.0.1.evil.example' },
      'apiUrl: must be an https: URL (http: needs a loopback host, or allowInsecureHttp: true)',
    ],
    [
      'credentials in a URL',
      { apiUrl: 'https://a:b@id.example' },
      'apiUrl: must not carry credentials, a query or a fragment',
    ],
    ['no issuer', { issuer: [] }, 'issuer: must be a non-empty string, or a list of them'],
    ['an empty issuer', { issuer: ['a', ''] }, 'issuer: must be a non-empty string, or a list of them'],
    [
      'more than a minute of tolerance',
      { clockToleranceSeconds: 61 },
      'clockToleranceSeconds: must be a whole number from 0 to 60',
    ],
    [
      'a fraction of tolerance',
      { clockToleranceSeconds: 0.5 },
      'clockToleranceSeconds: must be a whole number from 0 to 60',
    ],
    ['tolerance as text', { clockToleranceSeconds: '5' }, 'clockToleranceSeconds: must be a whole number from 0 to 60'],
    [
      'a cooldown in which the keys expire',
      { jwks: { maxAgeSeconds: 10, cooldownSeconds: 6 } },
      'jwks.cooldownSeconds: must be a whole number from 1 to 5',
    ],
    ['text for a flag', { strictIdentity: 'yes' }, 'strictIdentity: must be true or false'],
    ['a hook that is no function', { hooks: { onRegistered: 1 } }, 'hooks.onRegistered: must be a function'],
    [
      'an option that does not exist',
      { audience: 'x' },
      'audience: is not an option here (what shapes the module stands beside useFactory)',
    ],
    [
      'what shapes the module',
      { name: 'x' },
      'name: is not an option here (what shapes the module stands beside useFactory)',
    ],
  ])('refuse %s, and say what is wanted', (_case, options, message) => {
    expect(refusalOf(options)).toBe(message);
  });
});

describe('the options of refresh', () => {
  it('default to ten seconds and sixty days', () => {
    const { refresh } = resolveOptions({ apiKeyId: KEY }, 'cotter');
    expect(refresh).toEqual({ replaySeconds: 10, ledgerSeconds: 5_184_000 });
  });

  it.each<[Record<string, unknown>, RegExp | 'accepted']>([
    [{ maxTokenLifetimeSeconds: 60, failClosed: true }, 'accepted'],
    [
      { maxTokenLifetimeSeconds: 59 },
      /^revocation\.maxTokenLifetimeSeconds: must be a whole number from 60 to 31536000/,
    ],
    [{ failClosed: 'yes' }, /^revocation\.failClosed: must be true or false/],
    [{ useClass: Object }, /^revocation\.useClass: is not an option here/],
  ])('(revocation: %j) are checked', (revocation, expected) => {
    const refusal = refusalOf({ revocation });
    if (expected === 'accepted') expect(refusal).toBe(expected);
    else expect(refusal).toMatch(expected);
  });

  it.each<[Record<string, unknown>, RegExp | 'accepted']>([
    [{ replaySeconds: 0, ledgerSeconds: 86_400 }, 'accepted'],
    [{ replaySeconds: 60 }, 'accepted'],
    [{ replaySeconds: 61 }, /^refresh\.replaySeconds: must be a whole number from 0 to 60/],
    [{ replaySeconds: -1 }, /^refresh\.replaySeconds: /],
    [{ ledgerSeconds: 86_399 }, /^refresh\.ledgerSeconds: must be a whole number from 86400 to 315360000/],
    [{ replayMs: 1 }, /^refresh\.replayMs: is not an option here/],
  ])('(%j) are checked', (refresh, expected) => {
    const refusal = refusalOf({ refresh });
    if (expected === 'accepted') expect(refusal).toBe(expected);
    else expect(refusal).toMatch(expected);
  });
});
