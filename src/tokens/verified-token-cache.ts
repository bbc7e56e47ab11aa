import type { KeyObject } from 'node:crypto';

import type { KeyProvider } from './key-provider.js';
import type { CotterPrincipal } from './principal.js';

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

interface Entry extends VerifiedToken {
  /** Asked for since the hand last came by. */
  used: boolean;
}

/** The signature of a compact ES256 token: 64 bytes are 86 characters of base64url. */
const SIGNATURE_LENGTH = 86;

/**
 * Tokens that this process has verified. A hit costs less than a microsecond where a signature costs sixty.
 *
 * It never widens what is accepted: an entry is found by its signature and compared whole, holds until the token expires, and rests on the
 * very key that verified it, which the key provider must still vouch for. Only successes are kept, so a flood of bad tokens evicts nothing.
 *
 * Of more tokens than fit, those go first that were not asked for since their last chance (SIEVE): a stream of tokens that are seen once
 * passes by the ones in use.
 */
export class VerifiedTokenCache {
  readonly #entries = new Map<string, Entry>();
  #hand = this.#entries.entries();

  /** @param maxTokens - 0 keeps nothing. */
  constructor(private readonly maxTokens: number) {}

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
    entry.used = true;
    return entry.principal;
  }

  add(verified: VerifiedToken): void {
    if (this.maxTokens === 0) return;
    const { token, principal, expiresAtMs, kid, key, keys } = verified;
    const entry = { token, principal, expiresAtMs, kid, key, keys, used: false };
    const signature = token.slice(-SIGNATURE_LENGTH);
    // First out, then in: otherwise a hand at the end would meet the new one there, take it, and never come round again.
    if (this.#entries.size >= this.maxTokens && !this.#entries.has(signature)) this.#evict();
    this.#entries.set(signature, entry);
  }

  /** Moves the hand on, giving a second chance to what was used, until something goes. */
  #evict(): void {
    for (;;) {
      const next = this.#hand.next();
      if (next.done === true) this.#hand = this.#entries.entries();
      else if (this.#takes(...next.value)) return;
    }
  }

  #takes(signature: string, entry: Entry): boolean {
    if (!entry.used) return this.#entries.delete(signature);
    entry.used = false;
    return false;
  }
}
