import { Logger } from '@nestjs/common';

import type { InvalidTokenCode } from './errors/token.errors.js';

/**
 * What a module tells about its verification: the place for metrics, health and audits. Listeners run on the way of requests, so they
 * should be quick; what they throw is logged and changes nothing.
 */
export interface CotterEvents {
  /** A key set was fetched. */
  onKeysRefreshed?(keys: { readonly jwksUri: string; readonly kids: readonly string[] }): void;
  /** A key set could not be fetched, or held no usable key; known keys go on working for a while. */
  onKeysUnavailable?(failure: { readonly jwksUri: string; readonly error: Error }): void;
  /** A token was refused, at either door. */
  onTokenRejected?(rejection: { readonly code: InvalidTokenCode }): void;
  /**
   * The store of revocations is out of reach: the last that is known stays in force (or, with `revocation.failClosed`, tokens are answered
   * with 503 from five seconds on). Told once, until {@link onRevocationsCurrent}.
   */
  onRevocationsUnavailable?(failure: { readonly error: Error; readonly since: Date }): void;
  /** What is revoked is known again, after it was not. */
  onRevocationsCurrent?(): void;
  /**
   * A refresh token was used that had been spent before: somebody has a copy. Its family is revoked by now, and its owner, where they are
   * known, has to sign in again.
   */
  onRefreshTokenReused?(reuse: { readonly owner: { readonly issuer: string; readonly subject: string } | null }): void;
  /** Somebody signed in and stays so by a cookie. */
  onSessionStarted?(session: { readonly handle: string; readonly accountId: string }): void;
  /**
   * A session was ended before its time. `signed_out`: by its person; `replaced`: by another sign-in in the same browser; `reused`: a spent
   * refresh token of it came up; `refused`: the issuer renews its tokens no more.
   */
  onSessionEnded?(session: {
    readonly handle: string;
    readonly accountId: string;
    readonly reason: 'signed_out' | 'replaced' | 'reused' | 'refused';
  }): void;
}

const logger = new Logger('Cotter');

/** Tells a listener. What it throws is logged, and is nobody else's problem. */
export function tell(event: keyof CotterEvents, listener: () => void): void {
  try {
    listener();
  } catch (error) {
    logger.error(`the listener ${event} failed`, error instanceof Error ? error.stack : undefined);
  }
}
