import { RedisRevocationStore } from 'nestjs-cotter/redis';

import { describeRevocationStore } from '../contracts/revocation-store.contract.js';
import { RevocationFollower } from '../contracts/revocation-store.follower.js';
import { findRedisUrl, openRedisRoom, type RedisRoom } from './redis.js';
import { describeRevocationOutage } from './revocation-outage.suite.js';
import { openRedisOutage } from './revocation-outage.fixture.js';

const url = findRedisUrl();

if (url === null) {
  describe.skip('revocations on Redis (REDIS_URL is not set)', () => {
    it('are not tested', () => undefined);
  });
} else {
  describeRevocationStore('Redis', () => {
    const room = openRedisRoom(url);
    const connections = [room.connect(), room.connect()] as const;
    return Promise.resolve({
      stores: (realm) => {
        const options = { keyPrefix: room.prefix, realm };
        const [first, second] = connections;
        return [new RedisRevocationStore(first, options), new RedisRevocationStore(second, options)];
      },
      close: () => room.close(),
    });
  });
  describeRevocationOutage('Redis', () => openRedisOutage(url));

  describe('the Redis adapter', () => {
    let room: RedisRoom;
    beforeEach(() => {
      room = openRedisRoom(url);
    });
    afterEach(() => room.close());

    const HOUR_MS = 3_600_000;
    const token = (tokenId: string, untilMs: number) => ({ kind: 'token' as const, issuer: 'i', tokenId, untilMs });

    it('loses what has long ended, and its keys end with the last of what they hold', async () => {
      const redis = room.connect();
      const store = new RedisRevocationStore(redis, { keyPrefix: room.prefix });
      const endsAt = Date.now() + HOUR_MS;
      await store.revoke([
        token('ended', Date.now() - 3 * HOUR_MS),
        { kind: 'subject', issuer: 'i', subject: 's', issuedBeforeMs: 5, untilMs: Date.now() - 3 * HOUR_MS },
        token('lives', endsAt),
      ]);
      const key = `${room.prefix}{cotter}:revocation:`;
      expect(await redis.zcard(`${key}ends`)).toBe(1);
      expect(await redis.hlen(`${key}cut-offs`)).toBe(0);
      const ttl = await redis.pttl(`${key}ends`);
      expect(Date.now() + ttl).toBeGreaterThan(endsAt);
      expect(Date.now() + ttl).toBeLessThan(endsAt + 3 * HOUR_MS);
      await store.disable([{ issuer: 'i', subject: 'ann' }]);
      expect(await redis.pttl(`${key}standings`)).toBe(-1);
    });

    it('works over a connection that has a key prefix of its own', async () => {
      const redis = room.connect();
      const prefixed = redis.duplicate({ keyPrefix: room.prefix });
      const store = new RedisRevocationStore(prefixed, { keyPrefix: 'x:' });
      const follower = await RevocationFollower.of(store);
      await store.revoke([token('t', Date.now() + HOUR_MS)]);
      await follower.until(() => follower.endOf('t') > 0);
      const late = await RevocationFollower.of(store);
      expect(late.endOf('t')).toBeGreaterThan(0);
      expect(await redis.exists(`${room.prefix}x:{cotter}:revocation:ends`)).toBe(1);
      await Promise.all([follower.close(), late.close()]);
      prefixed.disconnect();
    });

    it('tells others at once', async () => {
      const [here, there] = [room.connect(), room.connect()].map(
        (redis) => new RedisRevocationStore(redis, { keyPrefix: room.prefix }),
      );
      if (here === undefined || there === undefined) throw new Error('two stores');
      const follower = await RevocationFollower.of(there);
      const startedAt = performance.now();
      await here.revoke([token('t', Date.now() + HOUR_MS)]);
      await follower.until(() => follower.endOf('t') > 0);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
      await follower.close();
    });

    it('listens past what it does not understand', async () => {
      const redis = room.connect();
      const store = new RedisRevocationStore(redis, { keyPrefix: room.prefix });
      const follower = await RevocationFollower.of(store);
      const channel = `${room.prefix}{cotter}:revocation:changes`;
      for (const message of [
        'no JSON',
        '{}',
        '[1]',
        '[["x","1","2"]]',
        '[["[\\"future\\",\\"a\\",\\"b\\"]","1","2"]]',
      ]) {
        await redis.publish(channel, message);
      }
      await store.revoke([token('t', Date.now() + HOUR_MS)]);
      await follower.until(() => follower.endOf('t') > 0);
      expect(follower.changes).toHaveLength(1);
      await follower.close();
    });
  });
}
