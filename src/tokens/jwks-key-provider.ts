import { createPublicKey, type KeyObject } from 'node:crypto';

import { JwksClient } from 'jwks-rsa';

import { KeysUnavailableError } from '../errors/token.errors.js';
import { requestJson } from '../net/json-request.js';
import { parseVerificationKeys } from './json-web-key.js';
import { KeyProvider } from './key-provider.js';

const TIMEOUT_MS = 3_000;
const MAX_BYTES = 256 * 1024;
/** The part of the maximum age after which the set is fetched again ahead of time. */
const REFRESH_AT = 0.8;

/** How long keys are trusted, and how often the issuer may be asked. */
export interface JwksKeyProviderOptions {
  readonly jwksUri: string;
  /** A key that left the published set stops working within this time while the issuer answers. */
  readonly maxAgeSeconds: number;
  /** Keys outlive {@link maxAgeSeconds} by this much while the issuer does not answer. */
  readonly maxStaleSeconds: number;
  /** The least time between two fetches, however many unknown `kid`s arrive. */
  readonly cooldownSeconds: number;
  /** Hears of every set that was fetched, by the `kid`s in it. */
  readonly onRefreshed?: (kids: readonly string[]) => void;
  /** Hears of every fetch that failed. */
  readonly onUnavailable?: (error: Error) => void;
  /** Milliseconds that only ever grow; the system's clock may be set back. */
  readonly monotonicMs?: () => number;
}

/**
 * The keys that an issuer publishes, by jwks-rsa, kept as one set.
 *
 * jwks-rsa's own cache holds single keys, and its rate limit counts junk: ten made-up `kid`s lock out a key that was just rotated in.
 * So its client does the fetching and reading here, and this class decides when: all who miss share one fetch, at most one a cooldown.
 * A set without one usable key counts as no answer.
 */
export class JwksKeyProvider extends KeyProvider {
  readonly #options: Required<JwksKeyProviderOptions>;
  readonly #client: JwksClient;
  #keys: ReadonlyMap<string, KeyObject> = new Map();
  #fetchedAtMs = -Infinity;
  #attemptedAtMs = -Infinity;
  #failure: Error | null = null;
  #fetching: Promise<void> | null = null;

  constructor(options: JwksKeyProviderOptions) {
    super();
    this.#options = {
      monotonicMs: () => performance.now(),
      onRefreshed: () => undefined,
      onUnavailable: () => undefined,
      ...options,
    };
    this.#client = new JwksClient({
      jwksUri: options.jwksUri,
      cache: false,
      rateLimit: false,
      fetcher: async (uri) => ({ keys: await fetchVerificationKeys(uri) }),
    });
  }

  override peekKey(kid: string): KeyObject | undefined {
    if (!this.#isUsable()) return undefined;
    // Traffic itself keeps the set fresh: nobody waits for this, and where it fails there is time for more tries.
    if (this.#ageMs() >= this.#options.maxAgeSeconds * 1000 * REFRESH_AT) void this.#refresh();
    return this.#keys.get(kid);
  }

  override findKey(kid: string): KeyObject | null | Promise<KeyObject | null> {
    return this.peekKey(kid) ?? this.#findAfterRefresh(kid);
  }

  async #findAfterRefresh(kid: string): Promise<KeyObject | null> {
    await this.#refresh();
    const key = this.#isUsable() ? this.#keys.get(kid) : undefined;
    if (key !== undefined) return key;
    if (this.#isUsable() && this.#failure === null) return null;
    throw new KeysUnavailableError(this.#retryAfterSeconds(), { cause: this.#failure });
  }

  /** Joins the fetch that is under way, or starts one where the cooldown allows it. Never rejects. */
  #refresh(): Promise<void> {
    if (this.#mayFetch()) this.#fetching ??= this.#fetch().finally(() => (this.#fetching = null));
    return this.#fetching ?? Promise.resolve();
  }

  async #fetch(): Promise<void> {
    this.#attemptedAtMs = this.#options.monotonicMs();
    try {
      const published = await this.#client.getSigningKeys();
      // jwks-rsa hands out PEM; reading it costs more than the check of a signature, so it is read once a key.
      this.#keys = new Map(published.map((key) => [key.kid, this.#keep(key.kid, createPublicKey(key.getPublicKey()))]));
      this.#fetchedAtMs = this.#options.monotonicMs();
      this.#failure = null;
      this.#options.onRefreshed([...this.#keys.keys()]);
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#options.onUnavailable(this.#failure);
    }
  }

  /** A key that is published again stays the same object: verified tokens rest on it. */
  #keep(kid: string, published: KeyObject): KeyObject {
    const known = this.#keys.get(kid);
    return known?.equals(published) === true ? known : published;
  }

  /** Fresh; or no longer fresh while the issuer is known to be in trouble. */
  #isUsable(): boolean {
    const { maxAgeSeconds, maxStaleSeconds } = this.#options;
    return this.#ageMs() < (maxAgeSeconds + (this.#failure === null ? 0 : maxStaleSeconds)) * 1000;
  }

  #mayFetch(): boolean {
    return this.#options.monotonicMs() - this.#attemptedAtMs >= this.#options.cooldownSeconds * 1000;
  }

  #ageMs(): number {
    return this.#options.monotonicMs() - this.#fetchedAtMs;
  }

  #retryAfterSeconds(): number {
    const sinceAttemptMs = this.#options.monotonicMs() - this.#attemptedAtMs;
    return Math.max(1, Math.ceil(this.#options.cooldownSeconds - sinceAttemptMs / 1000));
  }
}

async function fetchVerificationKeys(uri: string): Promise<ReturnType<typeof parseVerificationKeys>> {
  const answer = await requestJson(uri, { method: 'GET', timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
  if (answer.status !== 200) throw new Error(`the key set was answered with status ${String(answer.status)}`);
  return parseVerificationKeys(answer.body);
}
