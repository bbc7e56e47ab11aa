import type { KeyObject } from 'node:crypto';

import type { KeyProvider } from './key-provider.js';
import type { CotterPrincipal } from './principal.js';
import { SieveCache } from './sieve-cache.js';

/** A token that verified, and what that rests on. */
export interface VerifiedToken {
  readonly token: string;
  readonly principal: CotterPrincipal;
  /** The instant from which on the token is expired, tolerance included: milliseconds since 1970. */
  readonly expiresAtMs: number;
  readonly kid: string;
  readonly key: KeyObject;
  readonly keys: KeyProvider;
}

/** The signature of a compact ES256 token: 64 bytes are 86 characters of base64url. */
const SIGNATURE_LENGTH = 86;

/**
 * Tokens that this process has verified. A hit costs less than a microsecond where a signature costs sixty.
 *
 * It never widens what is accepted: an entry is found by its signature and compared whole, holds until the token expires, and rests on the
 * very key that verified it, which the key provider must still vouch for. Only successes are kept, so a flood of bad tokens evicts nothing.
 */
export class VerifiedTokenCache {
  readonly #entries: SieveCache<VerifiedToken>;

  /** @param maxTokens - 0 keeps nothing. */
  constructor(maxTokens: number) {
    this.#entries = new SieveCache(maxTokens);
  }

  /** How many tokens are kept. */
  get size(): number {
    return this.#entries.size;
  }

  find(token: string, nowMs: number): CotterPrincipal | null {
    const signature = token.slice(-SIGNATURE_LENGTH);
    const entry = this.#entries.get(signature);
    if (entry?.token !== token) return null;
    if (nowMs >= entry.expiresAtMs || entry.keys.peekKey(entry.kid) !== entry.key) {
      this.#entries.delete(signature);
      return null;
    }
    return entry.principal;
  }

  add({ token, principal, expiresAtMs, kid, key, keys }: VerifiedToken): void {
    this.#entries.set(token.slice(-SIGNATURE_LENGTH), { token, principal, expiresAtMs, kid, key, keys });
  }
}
