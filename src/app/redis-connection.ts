import type { Redis, RedisOptions } from 'ioredis';

import { AppStartError } from './app-start.error.js';

/** Nobody waits for a server that is not there, or does not answer: with these, they hear so within five seconds. */
const PATIENCE: RedisOptions = {
  lazyConnect: true,
  connectTimeout: 2_000,
  commandTimeout: 4_000,
  disconnectTimeout: 500,
  socketTimeout: 4_500,
  keepAlive: 10_000,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy: (attempts) => Math.min(100 * attempts, 2_000),
};

/** The one connection that everything in Redis is asked by. It comes back by itself. */
export class RedisConnection {
  #isLost = false;

  private constructor(readonly client: Redis) {
    client.on('error', (error: Error) => {
      if (!this.#isLost) {
        console.warn(`Redis is out of reach (${reasonOf(error)}): sessions and sign-in answer 503 until it is back.`);
      }
      this.#isLost = true;
    });
    client.on('ready', () => {
      if (this.#isLost) console.warn('Redis is back.');
      this.#isLost = false;
    });
  }

  /**
   * Connects, or begins to: a server that is down is no reason not to start.
   *
   * @throws {@link AppStartError} where the package ioredis is not there.
   */
  static async open(url: string): Promise<RedisConnection> {
    const Client = await importClient();
    const connection = new RedisConnection(new Client(url, PATIENCE));
    await connection.client.connect().catch(() => undefined);
    return connection;
  }

  /** @throws whatever the client does where the server does not answer. */
  async ping(): Promise<void> {
    await this.client.ping();
  }

  close(): Promise<void> {
    this.client.disconnect();
    return Promise.resolve();
  }
}

async function importClient(): Promise<typeof Redis> {
  try {
    return (await import('ioredis')).Redis;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    throw new AppStartError(
      'REDIS_URL asks for Redis, and the optional package ioredis is not there: npm install ioredis@5.',
      { cause: error },
    );
  }
}

/** Several addresses of one host fail together, in an error that has a code and no message. */
function reasonOf(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  return error.message === '' && typeof code === 'string' ? code : error.message;
}
