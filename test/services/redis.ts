import { randomBytes } from 'node:crypto';

import { Redis } from 'ioredis';

/** The Redis server that tests may use, or `null` where the environment names none: then the tests of it are to be skipped. */
export function findRedisUrl(): string | null {
  const url = process.env['REDIS_URL'] ?? '';
  if (url !== '') return url;
  process.stdout.write('REDIS_URL is not set: the tests that need Redis are skipped.\n');
  return null;
}

/** Keys of a test's own on a server. */
export interface RedisRoom {
  readonly prefix: string;
  /** A new connection, closed with the room. */
  connect(url?: string): Redis;
  close(): Promise<void>;
}

/** Makes a room that leaves nothing behind. */
export function openRedisRoom(url: string): RedisRoom {
  const prefix = `cotter_test_${randomBytes(6).toString('hex')}:`;
  const connections: Redis[] = [];
  const connect = (to = url): Redis => {
    const connection = new Redis(to);
    connection.on('error', () => undefined);
    connections.push(connection);
    return connection;
  };
  return {
    prefix,
    connect,
    close: async () => {
      const own = connect();
      for await (const keys of own.scanStream({ match: `${prefix}*`, count: 1000 }) as AsyncIterable<string[]>) {
        if (keys.length > 0) await own.del(...keys);
      }
      for (const connection of connections) connection.disconnect();
    },
  };
}
