import type { KeyObject } from 'node:crypto';

/** Where the public keys of an issuer come from. */
export abstract class KeyProvider {
  /**
   * The EC P-256 key that has exactly this `kid`, where it is at hand and still to be trusted: asks nobody, and costs next to nothing, since
   * every request of a token that was verified before comes by.
   */
  abstract peekKey(kid: string): KeyObject | undefined;

  /**
   * Finds the EC P-256 key that has exactly this `kid`, and asks the issuer where it must.
   *
   * @returns the key, at once where it is at hand; `null` where the issuer is known not to publish it.
   * @throws {@link KeysUnavailableError} (`keys_unavailable`) where neither can be told now.
   */
  abstract findKey(kid: string): KeyObject | null | Promise<KeyObject | null>;
}
