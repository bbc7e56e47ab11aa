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
}
