import { verify, type KeyObject } from 'node:crypto';

import type { CompactJwt } from './compact-jwt.js';

/** While nothing suggests concurrency, every so many checks one is made in the thread pool to look for it. */
const FIRST_PROBE = 64;
/** What finds nothing is repeated after twice as many, up to these: a probe takes three times as long as another check. */
const RAREST_PROBE = 1024;
/** So many checks in a row that found the pool idle end concurrency. */
const IDLE_ARRIVALS = 16;

/**
 * Checks ES256 signatures, on the event loop while requests come one after another and in libuv's thread pool while they overlap.
 *
 * On the event loop a check takes about half the time of one in the pool, which has to wake a thread. But it blocks: from a few connections
 * up the pool is faster by the number of cores, and everybody else's requests go on meanwhile. A check on the event loop never overlaps
 * with another one, so overlap is looked for by a probe now and then. `docs/adr/0006` has the figures.
 */
export class SignatureCheck {
  #inPool = 0;
  #waiting: (() => void)[] = [];
  #concurrent = false;
  #untilProbe = FIRST_PROBE;
  #probeInterval = FIRST_PROBE;
  #idleArrivals = 0;

  /** Whether the signature verifies: at once, or by a promise. */
  check(jwt: CompactJwt, key: KeyObject): boolean | Promise<boolean> {
    return this.#choosesPool() ? this.#checkInPool(jwt, key) : checkNow(jwt, key);
  }

  #choosesPool(): boolean {
    if (this.#inPool > 0) {
      this.#concurrent = true;
      this.#idleArrivals = 0;
      return true;
    }
    if (this.#concurrent) return this.#staysConcurrent();
    if (--this.#untilProbe > 0) return false;
    this.#probeInterval = Math.min(this.#probeInterval * 2, RAREST_PROBE);
    this.#untilProbe = this.#probeInterval;
    return true;
  }

  #staysConcurrent(): boolean {
    if (++this.#idleArrivals < IDLE_ARRIVALS) return true;
    this.#concurrent = false;
    this.#idleArrivals = 0;
    this.#untilProbe = this.#probeInterval = FIRST_PROBE;
    return false;
  }

  /** All checks of one turn of the event loop go to the pool together: waking one of its threads costs as much as half a check. */
  #checkInPool(jwt: CompactJwt, key: KeyObject): Promise<boolean> {
    this.#inPool++;
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#submit());
      const end = (error: Error | null, valid: boolean): void => {
        this.#inPool--;
        if (error === null) resolve(valid);
        else reject(error);
      };
      this.#waiting.push(() => {
        try {
          verify('sha256', jwt.signingInput, { key, dsaEncoding: 'ieee-p1363' }, jwt.signature, end);
        } catch (error) {
          // From a key that is none, as an application's own KeyProvider may give: the others of this turn go on.
          end(error instanceof Error ? error : new Error('the key cannot be used', { cause: error }), false);
        }
      });
    });
  }

  #submit(): void {
    const checks = this.#waiting;
    this.#waiting = [];
    for (const check of checks) check();
  }
}

function checkNow(jwt: CompactJwt, key: KeyObject): boolean {
  return verify('sha256', jwt.signingInput, { key, dsaEncoding: 'ieee-p1363' }, jwt.signature);
}
