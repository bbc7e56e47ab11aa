import type { CotterEvents } from './cotter.events.js';
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
  /**
   * The issuer's access tokens carry the time of the sign-in as a numeric `auth_time`, and keep it through every renewal; without that,
   * `@RequireFresh()` asks for a new sign-in each time. @defaultValue false
   */
  keepsAuthTime?: boolean | undefined;
  /** The application's say in registrations and logins. */
  hooks?: CotterLoginHooks | undefined;
  /** How the issuer's keys are kept, or the keys themselves. */
  jwks?: CotterJwksOptions | undefined;
  /** More issuers, each with its own keys: a move from one issuer to another needs no downtime. */
  trust?: readonly CotterTrustOptions[] | undefined;
  /** The verdicts on tokens that are kept in memory. */
  cache?: CotterCacheOptions | undefined;
  /** How long revocations count, and what holds while they cannot be read. */
  revocation?: CotterRevocationOptions | undefined;
  /** How refresh tokens are spent. */
  refresh?: CotterRefreshOptions | undefined;
  /**
   * Base URL under which browsers reach the application, without Nest's global prefix. Sessions need it: cookies are bound to its host,
   * requests to its origin, and the issuer sends people back to it.
   */
  publicUrl?: string | undefined;
  /** Origins of other sites whose pages may call `POST /login` and `POST /refresh`. @defaultValue none */
  allowedOrigins?: readonly string[] | undefined;
  /** How long people stay signed in by cookie, where {@link CotterModuleExtras.session} turns that on. */
  session?: CotterSessionOptions | undefined;
  /** What the sign-in by redirect asks for, where {@link CotterModuleExtras.redirect} turns it on. */
  redirect?: CotterRedirectOptions | undefined;
  /** Listeners for metrics, health and audits. */
  events?: CotterEvents | undefined;
  /** Log one line for each refused token: the rule that failed, what it expected and what it saw. For development. @defaultValue false */
  logRefusals?: boolean | undefined;
  /** Milliseconds since 1970; for tests. @defaultValue `Date.now` */
  clock?: Clock | undefined;
}

/** How the keys of the issuers are kept. */
export interface CotterJwksOptions {
  /** A key that left the published set stops working within this time: 10 to 86,400 seconds. @defaultValue 600 */
  maxAgeSeconds?: number | undefined;
  /** How much longer known keys work while the issuer does not answer: 0 to 604,800 seconds. @defaultValue 86400 */
  maxStaleSeconds?: number | undefined;
  /** The least time between two fetches, however many unknown `kid`s arrive: 1 to 300 seconds, and half of `maxAgeSeconds` at most. @defaultValue 5 */
  cooldownSeconds?: number | undefined;
  /** A JSON Web Key Set to take instead of asking the issuer, for deployments without a way to it. */
  keys?: { readonly keys: readonly object[] } | undefined;
  /** Path of a file that holds such a set; read once, at boot. */
  file?: string | undefined;
}

/** An issuer beside the first one. */
export interface CotterTrustOptions {
  /** Its `iss`, compared exactly. */
  issuer: string;
  jwksUri: string;
  /** The audience of its tokens. @defaultValue `apiKeyId` */
  audience?: string | undefined;
  /** As the option of this name. Off by default: otherwise this issuer could enter any account by an e-mail address. @defaultValue false */
  linkByIdentifier?: boolean | undefined;
  /** As the option of this name. @defaultValue false */
  keepsAuthTime?: boolean | undefined;
}

/** How refresh tokens are spent. */
export interface CotterRefreshOptions {
  /**
   * For how long a spent refresh token still gets the result of its renewal, for tabs that renew at once: 0 to 60 seconds. After that its
   * use is theft. 0 gives it to those alone who were waiting for the renewal. @defaultValue 10
   */
  replaySeconds?: number | undefined;
  /** How long a refresh token is remembered that is spent or lies idle: a day to ten years, in seconds. @defaultValue 5184000 (60 days) */
  ledgerSeconds?: number | undefined;
}

/** How sessions by cookie are kept. */
export interface CotterSessionOptions {
  /**
   * What cookies and stored tokens are sealed by: texts of 32 characters or more, such as `openssl rand -base64 32` gives. The first one
   * seals, all of them open; an old one may go when the sessions it has sealed have ended.
   */
  encryptionKeys: readonly string[];
  /** A session that nobody uses for so long is over: a minute to a year, in seconds. @defaultValue 604800 (7 days) */
  idleSeconds?: number | undefined;
  /** A session is over then, however much it is used: a minute to ten years, in seconds. @defaultValue 2592000 (30 days) */
  absoluteSeconds?: number | undefined;
  /**
   * `POST /login` takes the payload's refresh token into the session. Only for front ends that do not keep it: two holders of one token that
   * rotates look like theft. Without it such a session lives by its own lifetimes. @defaultValue false
   */
  adoptRefreshToken?: boolean | undefined;
  /** Sessions that are kept ready in memory, some 2 KiB each. @defaultValue 20000 */
  maxWarm?: number | undefined;
}

/** What the sign-in by redirect asks the issuer for. */
export interface CotterRedirectOptions {
  /** @defaultValue `EMAIL` */
  type?: 'EMAIL' | 'PHONE' | undefined;
  /** @defaultValue what the issuer's page offers */
  authMethod?: 'OTP' | 'MAGIC_LINK' | undefined;
  /** Where people go who did not come from anywhere: a path of this site. @defaultValue `/` */
  defaultReturnTo?: string | undefined;
}

/** What is kept of verified tokens. */
export interface CotterCacheOptions {
  /** Some 1.5 KiB each; 0 keeps none. @defaultValue 20000 */
  maxTokens?: number | undefined;
}

/** How revocations are held to; where they are kept is {@link CotterModuleExtras.revocationStore}. */
export interface CotterRevocationOptions {
  /**
   * The longest that an access token of the issuers lives: so long is it remembered that everything of a person was revoked. 60 to
   * 31,536,000 seconds. @defaultValue 86400
   */
  maxTokenLifetimeSeconds?: number | undefined;
  /**
   * Answer 503 to access tokens while the store of revocations has been out of reach for five seconds. Otherwise what was known last stays
   * in force. @defaultValue false
   */
  failClosed?: boolean | undefined;
}

/** An issuer whose tokens are accepted, with everything that decides about them. */
export interface ResolvedTrust {
  readonly issuer: string;
  readonly audience: string;
  /** Where its keys are published, or the set itself. */
  readonly keys: { readonly uri: string } | { readonly set: unknown };
  readonly linkByIdentifier: boolean;
  readonly keepsAuthTime: boolean;
}

/** How sessions by cookie are kept, complete. */
export interface ResolvedSession {
  readonly mode: SessionMode;
  readonly encryptionKeys: readonly string[];
  readonly idleSeconds: number;
  readonly absoluteSeconds: number;
  readonly adoptRefreshToken: boolean;
  readonly maxWarm: number;
  /** Of the site itself. */
  readonly origin: string;
}

/** Where the tokens of a session are kept: with us, or in cookies. */
export type SessionMode = 'server' | 'token';

/** What the sign-in by redirect asks for, complete. */
export interface ResolvedRedirect {
  readonly type: 'EMAIL' | 'PHONE';
  readonly authMethod: 'OTP' | 'MAGIC_LINK' | undefined;
  readonly defaultReturnTo: string;
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
  /** The first is the one that `issuer` names, or the first of its list. */
  abstract readonly trust: readonly ResolvedTrust[];
  /** In seconds. */
  abstract readonly jwks: {
    readonly maxAgeSeconds: number;
    readonly maxStaleSeconds: number;
    readonly cooldownSeconds: number;
  };
  abstract readonly maxCachedTokens: number;
  /** In seconds. */
  abstract readonly refresh: { readonly replaySeconds: number; readonly ledgerSeconds: number };
  abstract readonly revocation: { readonly maxTokenLifetimeSeconds: number; readonly failClosed: boolean };
  /** `null` where none was given. */
  abstract readonly publicUrl: string | null;
  /** The origin of `publicUrl`, and the others whose pages may log people in. */
  abstract readonly loginOrigins: ReadonlySet<string>;
  /** `null` where nobody stays signed in by cookie. */
  abstract readonly session: ResolvedSession | null;
  abstract readonly redirect: ResolvedRedirect;
  abstract readonly events: CotterEvents;
  abstract readonly clockToleranceSeconds: number;
  abstract readonly apiTimeoutMs: number;
  abstract readonly strictIdentity: boolean;
  abstract readonly hooks: CotterLoginHooks;
  abstract readonly logRefusals: boolean;
  abstract readonly clock: Clock;
}
