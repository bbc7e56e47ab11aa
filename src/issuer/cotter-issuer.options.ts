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
  /** Shows every code at `/outbox` to whoever sits at this machine, instead of sending it. For development. @defaultValue false */
  readonly outbox?: boolean;
  /** Refuses what is for development only. @defaultValue false */
  readonly production?: boolean;
  /** Brings codes to people. Needed unless `outbox` is on. */
  readonly codeSender?: CodeSender;
  /** Of access and ID tokens, from 60 to 86400. @defaultValue 3600 */
  readonly accessTokenTtlSeconds?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
}
