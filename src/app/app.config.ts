import { parseDatabaseUrl } from './database.js';
import { EnvironmentReader, refuse, withoutSlash, type Environment } from './environment-reader.js';

/** Which HTTP framework Nest runs on. */
export type HttpPlatform = 'express' | 'fastify';

/** The issuer that the app brings along when it is given no other. */
export interface LocalIssuerConfig {
  readonly port: number;
  /** Where browsers reach it; also the `iss` of its tokens. */
  readonly publicUrl: string;
  readonly allowedOrigins: readonly string[];
  readonly allowedRedirects: readonly string[];
  /** PEM or JWK; `null` makes a fresh key, which signs everybody out at the next start. */
  readonly signingKey: string | null;
}

/** Everything that the app is told from outside. */
export interface AppConfig {
  /** The address that the app and its own issuer listen on. */
  readonly host: string;
  readonly port: number;
  /** Where browsers reach the app. */
  readonly publicUrl: string;
  readonly platform: HttpPlatform;
  readonly production: boolean;
  /** `null` means an in-memory database, gone when the app stops. */
  readonly databaseUrl: string | null;
  /** Where sessions, refresh tokens and revocations are kept; `null` means the database. */
  readonly redisUrl: string | null;
  /** Other origins whose pages may call this app's routes. */
  readonly corsOrigins: readonly string[];
  /** What sessions are sealed by, the first one first; `null` makes a random one, which ends every session with the process. */
  readonly encryptionKeys: readonly string[] | null;
  /** How long a spent refresh token still gets its successor; `null` for the module's default. */
  readonly refreshReplaySeconds: number | null;
  /** `null` where `COTTER_API_URL` names another issuer. */
  readonly localIssuer: LocalIssuerConfig | null;
  /** What the `CotterModule` expects of tokens and where it asks; an absent member has the module's default. */
  readonly cotter: {
    readonly apiKeyId: string;
    readonly apiUrl: string;
    readonly jsUrl?: string;
    readonly issuer?: string;
    readonly jwksUri?: string;
  };
}

/** The API key id of development. Public, as every API key id is. */
export const DEVELOPMENT_API_KEY_ID = '00000000-0000-4000-8000-000000000001';

/** {@link loadConfig} of the process's own environment. */
export function loadProcessConfig(): AppConfig {
  return loadConfig(process.env);
}

/**
 * Reads and checks every variable that the app knows.
 *
 * @throws {@link AppStartError} with one line that names the variable and says what it must be.
 */
export function loadConfig(environment: Environment): AppConfig {
  const read = new EnvironmentReader(environment);
  const production = read.findText('NODE_ENV') === 'production';
  const port = read.getPort('PORT', 3000);
  const publicUrl = read.findUrl('PUBLIC_URL') ?? `http://localhost:${String(port)}`;
  const apiUrl = read.findUrl('COTTER_API_URL');
  const databaseUrl = read.findText('DATABASE_URL');
  parseDatabaseUrl(databaseUrl);
  const localIssuer = apiUrl === null ? readLocalIssuer(read, { port, publicUrl, production }) : null;
  return {
    host: read.getHost('HOST', '127.0.0.1'),
    port,
    publicUrl,
    platform: read.getChoice('HTTP_PLATFORM', ['express', 'fastify']),
    production,
    databaseUrl,
    redisUrl: read.findRedisUrl('REDIS_URL'),
    corsOrigins: read.getOrigins('CORS_ORIGINS'),
    encryptionKeys: readEncryptionKeys(read, production),
    refreshReplaySeconds: read.findSeconds('COTTER_REFRESH_REPLAY_SECONDS', 60),
    localIssuer,
    cotter: readCotter(read, apiUrl, localIssuer, production),
  };
}

const MIN_KEY_LENGTH = 32;

function readEncryptionKeys(read: EnvironmentReader, production: boolean): readonly string[] | null {
  const requirement = `must be texts of ${String(MIN_KEY_LENGTH)} characters or more, separated by commas`;
  const keys = read.getList('COTTER_ENCRYPTION_KEYS', requirement, (key) => (key.length < MIN_KEY_LENGTH ? null : key));
  if (keys.length > 0) return keys;
  if (production) {
    refuse(
      'COTTER_ENCRYPTION_KEYS',
      'must be set where NODE_ENV is production: a random key would end every session with the process',
    );
  }
  return null;
}

function readLocalIssuer(
  read: EnvironmentReader,
  app: Pick<AppConfig, 'port' | 'publicUrl' | 'production'>,
): LocalIssuerConfig {
  // The local issuer sends its codes nowhere but to its outbox, which nobody may have in production.
  if (app.production) {
    refuse('COTTER_API_URL', 'must be set where NODE_ENV is production: the local issuer can send codes to nobody');
  }
  const port = read.getPort('ISSUER_PORT', 4000);
  if (port === app.port) refuse('ISSUER_PORT', 'must be another port than PORT');
  // The app itself is what the issuer is there for, under each of the names that this machine has for itself.
  const ownUrls = [app.publicUrl, ...loopbackUrls(app.publicUrl)];
  const ownOrigins = ownUrls.map((url) => new URL(url).origin);
  return {
    port,
    publicUrl: `http://localhost:${String(port)}`,
    allowedOrigins: [...new Set([...ownOrigins, ...read.getOrigins('COTTER_ALLOWED_ORIGINS')])],
    allowedRedirects: [...new Set([...ownUrls.flatMap(redirectsOf), ...readRedirects(read)])],
    signingKey: readSigningKey(read),
  };
}

/** Of the sign-in by redirect, and of a front end at the app's own address that trades the code by itself. */
function redirectsOf(url: string): readonly string[] {
  return [`${url}/login/callback`, `${url}/`];
}

function loopbackUrls(publicUrl: string): string[] {
  const names = ['localhost', '127.0.0.1', '[::1]'];
  const url = new URL(publicUrl);
  if (url.protocol !== 'http:' || !names.includes(url.hostname)) return [];
  return names.map((name) => withoutSlash(Object.assign(new URL(url), { hostname: name })));
}

/** A PEM has line ends, and files of variables write them as two characters. */
function readSigningKey(read: EnvironmentReader): string | null {
  const key = read.findText('ISSUER_SIGNING_KEY');
  return key?.startsWith('-----BEGIN') === true ? key.replaceAll('\\n', '\n') : key;
}

/** The issuer checks their form, since it is the one that sends codes there. */
function readRedirects(read: EnvironmentReader): readonly string[] {
  return read.getList('COTTER_ALLOWED_REDIRECTS', 'must be redirect URLs, separated by commas', (entry) =>
    /^[a-z][a-z0-9.+-]*:\S*$/.test(entry) ? entry : null,
  );
}

/**
 * With the local issuer, everything follows from its public URL. A variable that is set nevertheless wins: it is what the module
 * expects, for example where a proxy gives the local issuer another name. It does not change what the issuer itself writes into tokens.
 */
function readCotter(
  read: EnvironmentReader,
  apiUrl: string | null,
  localIssuer: LocalIssuerConfig | null,
  production: boolean,
): AppConfig['cotter'] {
  const apiKeyId = read.findText('COTTER_API_KEY_ID');
  const jsUrl = read.findUrl('COTTER_JS_URL') ?? localIssuer?.publicUrl;
  const issuer = read.findText('COTTER_ISSUER') ?? localIssuer?.publicUrl;
  const jwksUri = read.findUrl('COTTER_JWKS_URI');
  if (apiKeyId === null && production) refuse('COTTER_API_KEY_ID', "must be the project's API key id in production");
  return {
    apiKeyId: apiKeyId ?? DEVELOPMENT_API_KEY_ID,
    apiUrl: apiUrl ?? `${localIssuer?.publicUrl ?? ''}/api/v0`,
    ...(jsUrl === undefined ? {} : { jsUrl }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(jwksUri === null ? {} : { jwksUri }),
  };
}
