import type { Redis } from 'ioredis';

import { distinctPairs, mergeAll, type PersonPair, type Revocation, type Standing } from '../revocation/revocation.js';
import { RevocationStore, type RevocationFeed, type RevocationListener } from '../revocation/revocation.store.js';
import { REVOKE, STAND } from './revocation-scripts.js';
import { RevocationSubscription, type RevocationKeys } from './revocation-subscription.js';
import { entryOf, standingName, standingsOf } from './revocation-wire.js';

/** Where a {@link RedisRevocationStore} keeps its keys. */
export interface RedisRevocationStoreOptions {
  /** What all keys, and the channel, begin with. @defaultValue `nestjs-cotter:` */
  readonly keyPrefix?: string;
  /** The name of the module: what other realms revoke is theirs. @defaultValue `cotter` */
  readonly realm?: string;
}

/** Things a command: Redis serves nobody else meanwhile. */
const BATCH = 500;

/**
 * Revocations in Redis: other processes know at once, by pub/sub. What has ended goes by itself, a little with every write.
 *
 * The connection is the application's, which closes it; to follow, the store opens others like it. A disabled person stays disabled as long
 * as Redis keeps its data (turn on AOF or snapshots; no eviction of these keys). For Redis 5 and later, not for Redis Cluster.
 *
 * @example
 * ```ts
 * CotterModule.forRoot({
 *   apiKeyId: 'your-api-key-id',
 *   revocationStore: { useValue: new RedisRevocationStore(new Redis('redis://127.0.0.1:6379')) },
 * })
 * ```
 */
export class RedisRevocationStore extends RevocationStore {
  readonly #keys: RevocationKeys;

  constructor(
    private readonly redis: Redis,
    options: RedisRevocationStoreOptions = {},
  ) {
    super();
    const { keyPrefix = 'nestjs-cotter:', realm = 'cotter' } = options;
    const prefix = `${keyPrefix}{${realm}}:revocation:`;
    this.#keys = {
      // ioredis puts its own prefix before keys, not before channels.
      channel: `${redis.options.keyPrefix ?? ''}${prefix}changes`,
      ends: `${prefix}ends`,
      cutOffs: `${prefix}cut-offs`,
      standings: `${prefix}standings`,
      revision: `${prefix}revision`,
    };
  }

  override async revoke(revocations: readonly Revocation[]): Promise<void> {
    const { channel, ends, cutOffs, standings } = this.#keys;
    const entries = [...mergeAll(revocations)].map(([name, revocation]) => entryOf(name, revocation));
    for (let start = 0; start < entries.length; start += BATCH) {
      const batch = JSON.stringify(entries.slice(start, start + BATCH));
      await REVOKE.run(this.redis, [ends, cutOffs, standings], [channel, batch, batch]);
    }
  }

  override disable(pairs: readonly PersonPair[]): Promise<readonly Standing[]> {
    return this.#stand(pairs, '1');
  }

  override reinstate(pairs: readonly PersonPair[]): Promise<readonly Standing[]> {
    return this.#stand(pairs, '0');
  }

  override follow(listener: RevocationListener): RevocationFeed {
    return new RevocationSubscription(this.redis, this.#keys, listener);
  }

  async #stand(pairs: readonly PersonPair[], disables: '0' | '1'): Promise<readonly Standing[]> {
    const { channel, ends, cutOffs, standings, revision } = this.#keys;
    const names = distinctPairs(pairs).map(standingName);
    const stood: Standing[] = [];
    for (let start = 0; start < names.length; start += BATCH) {
      const batch = JSON.stringify(names.slice(start, start + BATCH));
      const answer = await STAND.run(this.redis, [ends, cutOffs, standings, revision], [channel, disables, batch]);
      stood.push(...standingsOf(answer));
    }
    return stood;
  }
}
