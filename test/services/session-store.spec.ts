import type { Redis } from 'ioredis';
import { RedisSessionStore } from 'nestjs-cotter/redis';

import { describeSessionStore, sessionOf } from '../contracts/session-store.contract.js';
import { openTypeOrmSessions } from '../contracts/session-store.fixture.js';
import type { Engine } from '../contracts/typeorm-users.fixture.js';
import { createServerDatabase, findServerUrl } from './database.js';
import { findRedisUrl, openRedisRoom, type RedisRoom } from './redis.js';
import { describeSessionOutage, openDatabaseOutage, openRedisOutage } from './session-outage.suite.js';
import { describeSessionPlans } from './session-plans.suite.js';

const postgresUrl = findServerUrl('TEST_POSTGRES_URL');
const mariaDbUrl = findServerUrl('TEST_MARIADB_URL');
const redisUrl = findRedisUrl();

const HOUR_MS = 3_600_000;

if (postgresUrl !== null) {
  const engine: Engine = { name: 'PostgreSQL', clients: 3, createDatabase: () => createServerDatabase(postgresUrl) };
  describeSessionStore(engine.name, () => openTypeOrmSessions(engine));
  describeSessionOutage(engine.name, () => openDatabaseOutage(postgresUrl));
  describeSessionPlans(engine);
}

if (mariaDbUrl !== null) {
  // The usual collation, so that the tables have to bring their own.
  const engine: Engine = { name: 'MariaDB', clients: 3, createDatabase: () => createServerDatabase(mariaDbUrl) };
  describeSessionStore(engine.name, () => openTypeOrmSessions(engine));
  describeSessionOutage(engine.name, () => openDatabaseOutage(mariaDbUrl));
}

if (redisUrl !== null) {
  describeSessionStore('Redis', () => {
    const room = openRedisRoom(redisUrl);
    const connections = [room.connect(), room.connect()] as const;
    return Promise.resolve({
      isSwept: false,
      stores: (realm) => {
        const open = (redis: Redis) => new RedisSessionStore(redis, { keyPrefix: room.prefix, realm });
        const [first, second] = connections;
        return [open(first), open(second)];
      },
      close: () => room.close(),
    });
  });
  describeSessionOutage('Redis', () => openRedisOutage(redisUrl));

  describe('the session store in Redis', () => {
    let room: RedisRoom;
    let redis: Redis;
    beforeEach(() => {
      room = openRedisRoom(redisUrl);
      redis = room.connect();
    });
    afterEach(() => room.close());

    const key = (name: string): string => `${room.prefix}{cotter}:session:${name}`;
    const open = (): RedisSessionStore => new RedisSessionStore(redis, { keyPrefix: room.prefix });
    const lasting = (id: string, lastsMs: number, changes = {}) => {
      const { startedAtMs } = sessionOf(id);
      return sessionOf(id, { expiresAtMs: startedAtMs + lastsMs, family: 'f', ...changes });
    };

    it('keeps nothing for good: each key ends two hours after the last of what it tells of', async () => {
      const store = open();
      await store.insert(lasting('long', 10 * HOUR_MS));
      await store.insert(lasting('short', HOUR_MS));
      await store.replaceTokens(sessionOf('long').handle, 0, 'new');
      await store.touch([sessionOf('long').handle], sessionOf('long').lastSeenAtMs + 1);
      await store.useOnce('state', 0, HOUR_MS);
      const keys = await redis.keys(`${room.prefix}*`);
      expect(keys).toHaveLength(5);
      const hours = Object.fromEntries(
        await Promise.all(keys.map(async (name) => [name, Math.ceil((await redis.pttl(name)) / HOUR_MS)] as const)),
      );
      expect(hours).toMatchObject({
        [key(`id:${sessionOf('long').handle}`)]: 12,
        [key(`id:${sessionOf('short').handle}`)]: 3,
        [key('account:ann')]: 12,
        [key('family:f')]: 12,
      });
      expect(Object.values(hours).sort((a, b) => a - b)).toEqual([3, 3, 12, 12, 12]);
    });

    it('has nothing of a session that is ended, and of an account without one', async () => {
      const store = open();
      await store.insert(lasting('a', HOUR_MS));
      await store.remove(sessionOf('a').handle);
      await expect(redis.keys(`${room.prefix}*`)).resolves.toEqual([]);
    });

    it('takes sessions that have expired out of its lists, when they are read and when they grow', async () => {
      const store = open();
      const ids = Array.from({ length: 10 }, (_, index) => String(index));
      for (const [index, id] of ids.entries()) {
        await store.insert(lasting(id, HOUR_MS, { lastSeenAtMs: index, accountId: 'bob' }));
      }
      // As Redis does in time.
      const expired = ids.slice(0, 8).map((id) => key(`id:${sessionOf(id).handle}`));
      await redis.del(...expired);
      await store.insert(lasting('new', HOUR_MS, { accountId: 'bob' }));
      expect(await redis.zcard(key('account:bob'))).toBe(9);
      await expect(store.list('bob', 2)).resolves.toHaveLength(2);
      expect(await redis.zcard(key('account:bob'))).toBe(9);
      await expect(store.list('bob', 10)).resolves.toHaveLength(3);
      expect(await redis.zcard(key('account:bob'))).toBe(3);
      await expect(store.findByFamily('f')).resolves.toHaveLength(3);
      expect(await redis.zcard(key('family:f'))).toBe(3);
    });

    it('works under a prefix of the connection', async () => {
      redis.options.keyPrefix = `${room.prefix}more:`;
      const store = new RedisSessionStore(redis, { keyPrefix: 'x:' });
      const session = lasting('a', HOUR_MS);
      await store.insert(session);
      await expect(store.find(session.handle)).resolves.toEqual(session);
      await expect(store.list('ann', 10)).resolves.toEqual([session]);
      await expect(store.replaceTokens(session.handle, 0, 'new')).resolves.toBe(true);
      await expect(store.useOnce('state', 0, 1)).resolves.toBe(true);
      await expect(store.useOnce('state', 0, 1)).resolves.toBe(false);
      await expect(store.remove(session.handle)).resolves.toBe(true);
      await expect(store.find(session.handle)).resolves.toBeNull();
    });
  });
}

if (postgresUrl === null && mariaDbUrl === null && redisUrl === null) {
  describe.skip('the session store on servers (no URL is set)', () => {
    it('is not tested', () => undefined);
  });
}
