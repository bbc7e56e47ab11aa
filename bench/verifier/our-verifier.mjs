import { KeyProvider, TokenVerifier } from 'nestjs-cotter';

/** Keys that are at hand, as they are in a server that has been running for a second. */
class ReadyKeys extends KeyProvider {
  #keys;

  constructor(keys) {
    super();
    this.#keys = keys;
  }

  peekKey(kid) {
    return this.#keys.get(kid);
  }

  findKey(kid) {
    return this.#keys.get(kid) ?? null;
  }
}

/** The module's verifier, as the module makes it. */
export function createOurs({ issuer, audience, jwks, key }, options = {}) {
  const keys = new ReadyKeys(new Map(jwks.keys.map(({ kid }) => [kid, key])));
  return new TokenVerifier({ trustedIssuers: [{ issuer, audience, keys }], clockToleranceSeconds: 5, ...options });
}
