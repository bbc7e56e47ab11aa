import { CotterConfigurationError } from '../index.js';
import type { AppConfig } from './app.config.js';
import { AppStartError } from './app-start.error.js';

/** Which variable an option of the module or of the issuer comes from. */
const VARIABLES: readonly (readonly [option: RegExp, variable: string])[] = [
  [/^apiKeyId$|\.apiKeyId$/, 'COTTER_API_KEY_ID'],
  [/^apiUrl$/, 'COTTER_API_URL'],
  [/^jsUrl$/, 'COTTER_JS_URL'],
  [/^issuer$/, 'COTTER_ISSUER'],
  [/^jwksUri$/, 'COTTER_JWKS_URI'],
  [/^publicUrl$/, 'PUBLIC_URL'],
  [/^allowedOrigins/, 'CORS_ORIGINS'],
  [/^session\.encryptionKeys/, 'COTTER_ENCRYPTION_KEYS'],
  [/^signingKey$/, 'ISSUER_SIGNING_KEY'],
  [/\.allowedOrigins/, 'PUBLIC_URL and COTTER_ALLOWED_ORIGINS'],
  [/\.allowedRedirects/, 'PUBLIC_URL and COTTER_ALLOWED_REDIRECTS'],
];

/** What kept the app from starting, as one line where it is something that can be mended from outside; else the error itself. */
export function explainStartError(error: unknown, config: AppConfig): unknown {
  if (error instanceof CotterConfigurationError) return explainOption(error);
  return explainListenError(error, config) ?? error;
}

/** A database that cannot be opened. The drivers' messages name hosts and users, and no password. */
export function explainDatabaseError(error: unknown): unknown {
  if (error instanceof AppStartError) return error;
  const { message, code } = membersOf(error);
  // Several addresses of one host fail together, in an error that has a code and no message.
  const [reason = 'unknown error'] = String(message === '' ? code : message).split('\n');
  return new AppStartError(`DATABASE_URL: the database cannot be used: ${reason}.`, { cause: error });
}

function explainOption(error: CotterConfigurationError): Error {
  const variable = VARIABLES.find(([option]) => option.test(error.option))?.[1];
  if (variable === undefined) return error;
  const requirement = error.detail.slice(error.option.length + 2).replace(/\.$/, '');
  return new AppStartError(`${variable} ${requirement}.`, { cause: error });
}

function explainListenError(error: unknown, config: AppConfig): AppStartError | null {
  const { syscall, code, port: failed } = membersOf(error);
  // A host that has no address fails before anything listens.
  if (syscall !== 'listen' && syscall !== 'getaddrinfo') return null;
  const variable = failed === config.localIssuer?.port ? 'ISSUER_PORT' : 'PORT';
  const port = String(failed);
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `${variable}: something else listens on ${port} already; stop it, or set another ${variable}.`,
    EACCES: `${variable}: this user may not listen on ${port}; set ${variable} to 1024 or more.`,
    EADDRNOTAVAIL: 'HOST must be an address of this machine.',
    ENOTFOUND: 'HOST must be an address of this machine.',
  };
  const reason = reasons[String(code)];
  return reason === undefined ? null : new AppStartError(reason, { cause: error });
}

function membersOf(error: unknown): Readonly<Record<string, unknown>> {
  if (typeof error !== 'object' || error === null) return {};
  const { message, code, syscall, port } = error as Readonly<Record<string, unknown>>;
  return { message, code, syscall, port };
}
