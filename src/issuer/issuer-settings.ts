import type { KeyObject } from 'node:crypto';
import type { BlockList } from 'node:net';

import type { Clock } from '../tokens/clock.js';
import type { IssuerClient } from './clients/issuer-client.js';
import type { CotterIssuerDataSourceOptions } from './cotter-issuer.options.js';
import type { CodeSender } from './delivery/code-sender.js';

/** The issuer's options, complete and checked. */
export abstract class IssuerSettings {
  /** Without a slash at its end. */
  abstract readonly publicUrl: string;
  abstract readonly clients: readonly IssuerClient[];
  abstract readonly dataSource: CotterIssuerDataSourceOptions;
  /** An ES256 private key. */
  abstract readonly signingKey: KeyObject;
  /** An Ed25519 private key; `null` where it comes from the signing key. */
  abstract readonly identityKey: KeyObject | null;
  abstract readonly outbox: boolean;
  /** `null` where the outbox takes its place. */
  abstract readonly codeSender: CodeSender | null;
  abstract readonly maxCodesPerDay: number;
  abstract readonly trustedProxies: BlockList;
  abstract readonly accessTokenTtlSeconds: number;
  abstract readonly clock: Clock;
}
