import type { JsonWebKey } from 'node:crypto';
import type { DataSourceOptions } from 'typeorm';

import type { Clock } from '../tokens/clock.js';
import type { CodeSender } from './delivery/code-sender.js';

/** An application that may send its people here to sign in. */
export interface CotterIssuerClientOptions {
  /** Public: the `API_KEY_ID` of the wire, and the `aud` of every token. At most 64 letters, digits, dots, hyphens and underscores. */
  readonly apiKeyId: string;
  /** What people know the application by; shown on the pages. */
  readonly name?: string;
  /** Origins whose pages may call the API, spelled as browsers send them: `https://app.example.com`. */
  readonly allowedOrigins: readonly string[];
  /**
   * Where a code may be sent, compared character by character. Only the port of a loopback URL with `http:` is free: an app on the
   * person's own machine takes whichever it gets.
   */
  readonly allowedRedirects: readonly string[];
  /**
   * The `API_SECRET_KEY` of the wire, which the application's own server sends beside its key id: from 16 to 200 visible ASCII characters.
   * Without it, everything that asks for it is refused.
   */
  readonly apiSecretKey?: string;
  /**
   * Lets whoever knows the public `apiKeyId` ask whether an identifier has an account, as Cotter's mobile SDKs do.
   *
   * @defaultValue false: it takes the secret key
   */
  readonly publicUserLookup?: boolean;
  /**
   * Lets whoever knows the public `apiKeyId` and a person's id enrol that person's first device, and remove a device whose key they know,
   * as Cotter's mobile SDKs do. Each further device still takes proof.
   *
   * @defaultValue false: it takes the person's access token, the secret key, or the signature of a device that is enrolled
   */
  readonly publicEnrolment?: boolean;
}

/** Where the issuer keeps its state: any database that TypeORM has a driver for. Entities and migrations are the issuer's own. */
export type CotterIssuerDataSourceOptions = DataSourceOptions & {
  readonly entities?: never;
  readonly migrations?: never;
};

/** Options of the `CotterIssuerModule`. */
export interface CotterIssuerOptions {
  /** Where browsers reach the issuer. It is the `iss` of every token: `https:`, or `http:` on a loopback host. */
  readonly publicUrl: string;
  readonly clients: readonly CotterIssuerClientOptions[];
  readonly dataSource: CotterIssuerDataSourceOptions;
  /**
   * The ES256 private key: PEM (PKCS #8 or SEC 1) or JWK, as text or object. Everything that the issuer signs hangs on it.
   *
   * @defaultValue a fresh key, which ends with the process
   */
  readonly signingKey?: string | JsonWebKey;
  /**
   * The Ed25519 private key that the older signed objects (identity and event) bear the signature of: PEM (PKCS #8) or JWK, as text or
   * object. `GET /api/v0/verify/public_key` publishes its public half.
   *
   * @defaultValue derived from `signingKey`
   */
  readonly identityKey?: string | JsonWebKey;
  /** Shows every code at `/outbox` to whoever sits at this machine, instead of sending it. For development. @defaultValue false */
  readonly outbox?: boolean;
  /** Refuses what is for development only. @defaultValue false */
  readonly production?: boolean;
  /** Brings codes to people. Needed unless `outbox` is on. */
  readonly codeSender?: CodeSender;
  /**
   * Codes that one identifier is sent within 24 hours at most, from 5 to 1000. Each is good for five guesses in a million; but whoever uses
   * them up keeps their owner from a code as well.
   *
   * @defaultValue 20
   */
  readonly maxCodesPerDay?: number;
  /**
   * Proxies whose `X-Forwarded-For` is believed, as addresses (`10.0.0.7`) and networks (`10.0.0.0/8`, `2001:db8::/32`). The limits by
   * address count what they say. Whoever is not a proxy and has such an address says where they come from themselves.
   *
   * @defaultValue this machine: `['127.0.0.0/8', '::1']`
   */
  readonly trustedProxies?: readonly string[];
  /** Of access and ID tokens, from 60 to 86400. @defaultValue 3600 */
  readonly accessTokenTtlSeconds?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
}
