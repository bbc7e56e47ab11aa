import type { KeyObject } from 'node:crypto';

/** Where the public keys of an issuer come from. */
export abstract class KeyProvider {
  /**
   * Finds the EC P-256 key that has exactly this `kid`.
   *
   * @returns the key, at once where it is at hand; `null` where the issuer is known not to publish it.
   * @throws {@link KeysUnavailableError} (`keys_unavailable`) where neither can be told now.
   */
  abstract findKey(kid: string): KeyObject | null | Promise<KeyObject | null>;
}
