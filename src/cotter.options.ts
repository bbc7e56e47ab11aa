import type { CotterLoginHooks } from './login/login-hooks.js';
import type { Clock } from './tokens/clock.js';

/**
 * What a `CotterModule` may be told by value or by a factory. Whatever shapes the module itself (its name, its routes, its user
 * table) stands in {@link CotterModuleExtras}, since Nest has to know that before any factory runs.
 */
export interface CotterModuleOptions {
  /** The project's `API_KEY_ID`: the audience of every token. Public, not a secret. */
  apiKeyId: string;
  /** Base URL of the issuer's API. @defaultValue `https://www.cotter.app/api/v0` */
  apiUrl?: string | undefined;
  /** Base URL of the issuer's sign-in pages. @defaultValue `https://js.cotter.app` */
  jsUrl?: string | undefined;
  /** Accepted values of `iss`, compared exactly. @defaultValue `https://www.cotter.app` */
  issuer?: string | readonly string[] | undefined;
  /** Where the issuer publishes its keys. @defaultValue `{apiUrl}/token/jwks` */
  jwksUri?: string | undefined;
  /** How far the issuer's clock may be off: a whole number of seconds from 0 to 60. @defaultValue 5 */
  clockToleranceSeconds?: number | undefined;
  /** Accept `http:` URLs of other hosts than this machine. Keys and refresh tokens then travel in clear. @defaultValue false */
  allowInsecureHttp?: boolean | undefined;
  /** Deadline for a call to the issuer's API, 100 to 60,000 ms. @defaultValue 5000 */
  apiTimeoutMs?: number | undefined;
  /** Refuse a login whose body names another person than its tokens (403 `identity_mismatch`). @defaultValue false */
  strictIdentity?: boolean | undefined;
  /** Let a person who comes back through another subject into the account of their verified e-mail or phone. @defaultValue true */
  linkByIdentifier?: boolean | undefined;
  /** The application's say in registrations and logins. */
  hooks?: CotterLoginHooks | undefined;
  /** Log one line for each refused token: the rule that failed, what it expected and what it saw. For development. @defaultValue false */
  logRefusals?: boolean | undefined;
  /** Milliseconds since 1970; for tests. @defaultValue `Date.now` */
  clock?: Clock | undefined;
}

/**
 * The options as the rest of the package reads them: complete and checked. Also the token that they are injected by.
 */
export abstract class CotterOptions {
  /** Of the module: names its Passport strategy, its injection tokens and its part of the user tables. */
  abstract readonly name: string;
  abstract readonly apiKeyId: string;
  abstract readonly apiUrl: string;
  abstract readonly jsUrl: string;
  abstract readonly issuers: readonly string[];
  abstract readonly jwksUri: string;
  abstract readonly clockToleranceSeconds: number;
  abstract readonly apiTimeoutMs: number;
  abstract readonly strictIdentity: boolean;
  abstract readonly linkByIdentifier: boolean;
  abstract readonly hooks: CotterLoginHooks;
  abstract readonly logRefusals: boolean;
  abstract readonly clock: Clock;
}
