import { createHash } from 'node:crypto';

import type { Redis } from 'ioredis';

import { answerOf } from './redis-answers.js';

/** A Lua script: Redis carries it out as one step, and keeps its text by a hash. */
export class RedisScript {
  readonly #hash: string;

  constructor(private readonly text: string) {
    this.#hash = createHash('sha1').update(text).digest('hex');
  }

  /** @throws {@link StoreUnavailableError} (`store_unavailable`) */
  run(redis: Redis, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return answerOf(this.#evaluate(redis, keys, values));
  }

  async #evaluate(redis: Redis, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    try {
      return await redis.evalsha(this.#hash, keys.length, ...keys, ...values);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.eval(this.text, keys.length, ...keys, ...values);
    }
  }
}
