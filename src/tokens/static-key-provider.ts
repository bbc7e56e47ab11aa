import { createPublicKey, type KeyObject } from 'node:crypto';

import { parseVerificationKeys } from './json-web-key.js';
import { KeyProvider } from './key-provider.js';

/** Keys that were handed over once, for deployments that cannot reach their issuer. They change with a restart. */
export class StaticKeyProvider extends KeyProvider {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  /** @param keySet - A parsed JSON Web Key Set; what cannot verify ES256 is skipped. */
  constructor(keySet: unknown) {
    super();
    this.#keys = new Map(parseVerificationKeys(keySet).flatMap((jwk) => readKey(jwk)));
  }

  /** How many usable keys there are; without one, no token verifies. */
  get size(): number {
    return this.#keys.size;
  }

  override peekKey(kid: string): KeyObject | undefined {
    return this.#keys.get(kid);
  }

  override findKey(kid: string): KeyObject | null {
    return this.#keys.get(kid) ?? null;
  }
}

/** A point that is not on the curve is no key. */
function readKey(jwk: ReturnType<typeof parseVerificationKeys>[number]): [string, KeyObject][] {
  try {
    return [[jwk.kid, createPublicKey({ key: { ...jwk }, format: 'jwk' })]];
  } catch {
    return [];
  }
}
