import { AppStartError } from '../../src/app/app-start.error.js';
import { DEVELOPMENT_API_KEY_ID, loadConfig } from '../../src/app/app.config.js';
import { greetingOf } from '../../src/app/greeting.js';

describe('the configuration of the app', () => {
  it('needs no variable at all', () => {
    expect(loadConfig({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      publicUrl: 'http://localhost:3000',
      platform: 'express',
      production: false,
      databaseUrl: null,
      redisUrl: null,
      corsOrigins: [],
      encryptionKeys: null,
      refreshReplaySeconds: null,
      localIssuer: {
        port: 4000,
        publicUrl: 'http://localhost:4000',
        allowedOrigins: ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'],
        allowedRedirects: [
          'http://localhost:3000/login/callback',
          'http://localhost:3000/',
          'http://127.0.0.1:3000/login/callback',
          'http://127.0.0.1:3000/',
          'http://[::1]:3000/login/callback',
          'http://[::1]:3000/',
        ],
        signingKey: null,
      },
      cotter: {
        apiKeyId: DEVELOPMENT_API_KEY_ID,
        apiUrl: 'http://localhost:4000/api/v0',
        jsUrl: 'http://localhost:4000',
        issuer: 'http://localhost:4000',
      },
    });
  });

  it('takes an empty value for no value', () => {
    const names = [
      'PORT',
      'ISSUER_PORT',
      'COTTER_API_KEY_ID',
      'COTTER_ISSUER',
      'COTTER_API_URL',
      'COTTER_JS_URL',
      'COTTER_JWKS_URI',
      'PUBLIC_URL',
      'DATABASE_URL',
      'REDIS_URL',
      'HTTP_PLATFORM',
      'HOST',
      'COTTER_ALLOWED_ORIGINS',
      'COTTER_ALLOWED_REDIRECTS',
      'CORS_ORIGINS',
      'COTTER_ENCRYPTION_KEYS',
      'ISSUER_SIGNING_KEY',
      'NODE_ENV',
    ];
    expect(loadConfig(Object.fromEntries(names.map((name) => [name, ' '])))).toEqual(loadConfig({}));
  });

  it('derives every URL from the two ports', () => {
    const { publicUrl, localIssuer, cotter } = loadConfig({ PORT: '3100', ISSUER_PORT: '4100' });
    expect(publicUrl).toBe('http://localhost:3100');
    expect(localIssuer?.allowedRedirects).toContain('http://localhost:3100/');
    expect(cotter).toMatchObject({ apiUrl: 'http://localhost:4100/api/v0', issuer: 'http://localhost:4100' });
  });

  it('starts no issuer of its own beside another one', () => {
    const config = loadConfig({
      COTTER_API_URL: 'https://auth.example.com/api/v0/',
      COTTER_JS_URL: 'https://auth.example.com/',
      COTTER_ISSUER: 'https://auth.example.com',
      COTTER_JWKS_URI: 'https://keys.example.com/jwks',
      COTTER_API_KEY_ID: 'my-project',
      ISSUER_PORT: '3000',
    });
    expect(config.localIssuer).toBeNull();
    expect(config.cotter).toEqual({
      apiKeyId: 'my-project',
      apiUrl: 'https://auth.example.com/api/v0',
      jsUrl: 'https://auth.example.com',
      issuer: 'https://auth.example.com',
      jwksUri: 'https://keys.example.com/jwks',
    });
  });

  it("leaves what is not said about another issuer to the module's defaults", () => {
    const { cotter } = loadConfig({ COTTER_API_URL: 'https://www.cotter.app/api/v0', COTTER_API_KEY_ID: 'my-project' });
    expect(cotter).toEqual({ apiKeyId: 'my-project', apiUrl: 'https://www.cotter.app/api/v0' });
  });

  it('lets explicit variables say what the module expects of the local issuer, and leaves the issuer as it is', () => {
    const { cotter, localIssuer } = loadConfig({
      COTTER_ISSUER: 'https://proxy.example.com',
      COTTER_JS_URL: 'https://proxy.example.com/pages',
      COTTER_JWKS_URI: 'http://localhost:4000/api/v0/token/jwks',
    });
    expect(cotter).toMatchObject({
      apiUrl: 'http://localhost:4000/api/v0',
      issuer: 'https://proxy.example.com',
      jsUrl: 'https://proxy.example.com/pages',
      jwksUri: 'http://localhost:4000/api/v0/token/jwks',
    });
    expect(localIssuer?.publicUrl).toBe('http://localhost:4000');
  });

  it("adds to the issuer's allow-lists and never replaces the app's own entries", () => {
    const { localIssuer } = loadConfig({
      PUBLIC_URL: 'https://demo.example.com/',
      COTTER_ALLOWED_ORIGINS: 'https://other.example.com/, http://localhost:5173',
      COTTER_ALLOWED_REDIRECTS: 'yourapp://, com.example.app:path,https://other.example.com/back',
    });
    expect(localIssuer?.allowedOrigins).toEqual([
      'https://demo.example.com',
      'https://other.example.com',
      'http://localhost:5173',
    ]);
    expect(localIssuer?.allowedRedirects).toEqual([
      'https://demo.example.com/login/callback',
      'https://demo.example.com/',
      'yourapp://',
      'com.example.app:path',
      'https://other.example.com/back',
    ]);
  });

  it('takes encryption keys in their order', () => {
    const [young, old] = ['y', 'o'].map((letter) => letter.repeat(32));
    expect(loadConfig({ COTTER_ENCRYPTION_KEYS: ` ${young}, ${old} ` }).encryptionKeys).toEqual([young, old]);
  });

  it('reads a signing key whose line ends are written out', () => {
    const { localIssuer } = loadConfig({ ISSUER_SIGNING_KEY: '-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END' });
    expect(localIssuer?.signingKey).toBe('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END');
  });

  it.each<[string, Record<string, string>, string]>([
    ['a port that is a word', { PORT: 'http' }, 'PORT must be a whole number from 1 to 65535.'],
    ['a port beyond the last', { PORT: '65536' }, 'PORT must be a whole number from 1 to 65535.'],
    ['a port of nobody', { ISSUER_PORT: '0' }, 'ISSUER_PORT must be a whole number from 1 to 65535.'],
    [
      'a replay window of minutes',
      { COTTER_REFRESH_REPLAY_SECONDS: '61' },
      'COTTER_REFRESH_REPLAY_SECONDS must be a whole number of seconds from 0 to 60.',
    ],
    [
      'a replay window that is no number',
      { COTTER_REFRESH_REPLAY_SECONDS: '-1' },
      'COTTER_REFRESH_REPLAY_SECONDS must be a whole number of seconds from 0 to 60.',
    ],
    ['one port for two servers', { PORT: '4000' }, 'ISSUER_PORT must be another port than PORT.'],
    ['an unknown platform', { HTTP_PLATFORM: 'koa' }, 'HTTP_PLATFORM must be express or fastify.'],
    ['a host with a port', { HOST: 'localhost/x' }, 'HOST must be an IP address or a host name, without a port.'],
    [
      'a public URL without a scheme',
      { PUBLIC_URL: 'example.com' },
      'PUBLIC_URL must be an http: or https: URL without credentials, query and fragment.',
    ],
    [
      'an API URL with a password',
      { COTTER_API_URL: 'https://me:secret@example.com' },
      'COTTER_API_URL must be an http: or https: URL without credentials, query and fragment.',
    ],
    [
      'a Redis URL of another kind',
      { REDIS_URL: 'http://127.0.0.1:6379' },
      'REDIS_URL must be a redis: or rediss: URL, for example redis://127.0.0.1:6379.',
    ],
    [
      'an origin with a path',
      { CORS_ORIGINS: 'https://a.example.com,https://b.example.com/path' },
      'CORS_ORIGINS must be origins such as https://app.example.com, separated by commas.',
    ],
    [
      'any origin',
      { COTTER_ALLOWED_ORIGINS: '*' },
      'COTTER_ALLOWED_ORIGINS must be origins such as https://app.example.com, separated by commas.',
    ],
    [
      'a redirect that is no URL',
      { COTTER_ALLOWED_REDIRECTS: 'example.com/back' },
      'COTTER_ALLOWED_REDIRECTS must be redirect URLs, separated by commas.',
    ],
    [
      'a local issuer in production',
      { NODE_ENV: 'production' },
      'COTTER_API_URL must be set where NODE_ENV is production: the local issuer can send codes to nobody.',
    ],
    [
      'the key of development in production',
      {
        NODE_ENV: 'production',
        COTTER_API_URL: 'https://www.cotter.app/api/v0',
        COTTER_ENCRYPTION_KEYS: 'x'.repeat(32),
      },
      "COTTER_API_KEY_ID must be the project's API key id in production.",
    ],
    [
      'a random encryption key in production',
      { NODE_ENV: 'production', COTTER_API_URL: 'https://www.cotter.app/api/v0', COTTER_API_KEY_ID: 'my-project' },
      'COTTER_ENCRYPTION_KEYS must be set where NODE_ENV is production: a random key would end every session with the process.',
    ],
    [
      'an encryption key that can be guessed',
      { COTTER_ENCRYPTION_KEYS: `${'x'.repeat(32)},${'y'.repeat(31)}` },
      'COTTER_ENCRYPTION_KEYS must be texts of 32 characters or more, separated by commas.',
    ],
  ])('refuses %s in one line that names the variable', (_what, environment, line) => {
    expect(() => loadConfig(environment)).toThrow(new AppStartError(line));
  });

  it('refuses a database that it has no driver for', () => {
    expect(() => loadConfig({ DATABASE_URL: 'oracle://scott:tiger@localhost/x' })).toThrow(
      /^DATABASE_URL must be [^\n]+$/,
    );
  });

  it.each(['PUBLIC_URL', 'DATABASE_URL', 'REDIS_URL', 'COTTER_ENCRYPTION_KEYS'])(
    'does not repeat the value of %s, which may hold a secret',
    (name) => {
      const secret = 'hunter2';
      expect(() => loadConfig({ [name]: `ftp://me:${secret}@example.com` })).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining(secret) }),
      );
    },
  );
});

describe('the first lines printed', () => {
  it('say where to go and where the codes are', () => {
    expect(greetingOf(loadConfig({}))).toEqual([
      'Open http://localhost:3000',
      'Codes arrive at http://localhost:4000/outbox',
      'Database: in memory, gone when the app stops (DATABASE_URL keeps it)',
      'Warning: COTTER_ENCRYPTION_KEYS is not set. Sessions are sealed by a random key: they end with this process, and no other can read them.',
      'Platform: express',
    ]);
  });

  it('show no password', () => {
    const lines = greetingOf(
      loadConfig({
        DATABASE_URL: 'postgres://app:hunter2@db.example.com:5433/people',
        REDIS_URL: 'redis://:hunter2@cache.example.com:6379/1',
        COTTER_ENCRYPTION_KEYS: 'hunter2'.repeat(5),
        COTTER_API_URL: 'https://www.cotter.app/api/v0',
        HTTP_PLATFORM: 'fastify',
      }),
    );
    expect(lines).toEqual([
      'Open http://localhost:3000',
      'People sign in at https://www.cotter.app/api/v0',
      'Database: postgres://db.example.com:5433/people',
      'Redis: redis://cache.example.com:6379/1, for sessions, refresh tokens and revocations',
      'Platform: fastify',
    ]);
  });

  it('lets the replay window be turned off', () => {
    expect(loadConfig({ COTTER_REFRESH_REPLAY_SECONDS: '0' }).refreshReplaySeconds).toBe(0);
  });
});
