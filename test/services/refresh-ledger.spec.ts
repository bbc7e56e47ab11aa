import type { Redis } from 'ioredis';
import { RedisRefreshLedger } from 'nestjs-cotter/redis';

import { describeRefreshLedger } from '../contracts/refresh-ledger.contract.js';
import { openLedgerFixture } from '../contracts/refresh-ledger.fixture.js';
import { createServerDatabase, findServerUrl } from './database.js';
import { findRedisUrl, openRedisRoom } from './redis.js';

const postgresUrl = findServerUrl('TEST_POSTGRES_URL');
const mariaDbUrl = findServerUrl('TEST_MARIADB_URL');
const redisUrl = findRedisUrl();

if (postgresUrl !== null) {
  const engine = { name: 'PostgreSQL', clients: 3, createDatabase: () => createServerDatabase(postgresUrl) };
  describeRefreshLedger(engine.name, () => openLedgerFixture(engine));
}

if (mariaDbUrl !== null) {
  // The usual collation, so that the table has to bring its own.
  const engine = { name: 'MariaDB', clients: 3, createDatabase: () => createServerDatabase(mariaDbUrl) };
  describeRefreshLedger(engine.name, () => openLedgerFixture(engine));
}

if (redisUrl !== null) {
  describeRefreshLedger('Redis', () => {
    const room = openRedisRoom(redisUrl);
    const clients = [room.connect(), room.connect(), room.connect()] as const;
    return Promise.resolve({
      isSwept: false,
      ledgers: (realm) => {
        const open = (redis: Redis) => new RedisRefreshLedger(redis, { keyPrefix: room.prefix, realm });
        const [first, ...others] = clients;
        return [open(first), ...others.map(open)];
      },
      dump: async (realm) => {
        const [redis] = clients;
        const texts: string[] = [];
        for (const key of await redis.keys(`${room.prefix}{${realm}}*`)) {
          const value = (await redis.type(key)) === 'hash' ? await redis.hgetall(key) : await redis.get(key);
          texts.push(`${key} ${JSON.stringify(value)} for ${String(await redis.pttl(key))}`);
        }
        return texts.join('\n');
      },
      close: () => room.close(),
    });
  });

  describe('the refresh ledger in Redis', () => {
    it('keeps nothing for good, and the first of a family as long as the last', async () => {
      const room = openRedisRoom(redisUrl);
      const redis = room.connect();
      const ledger = new RedisRefreshLedger(redis, { keyPrefix: room.prefix });
      const owner = { issuer: 'https://www.cotter.app', subject: 'ann' };
      const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
      const request = { nowMs: 0, keepMs: 60_000, leaseMs: 1, replayMs: 1, watched: null };
      const claim = await ledger.claim(first, request);
      if (claim.outcome !== 'claimed') throw new Error('nobody else claims');
      const completion = { owner, sealed: 'sealed', successorHash: second, nowMs: 0, keepMs: 3_600_000 };
      await expect(ledger.complete(first, claim.claimId, completion)).resolves.toBe('completed');
      const keys = await redis.keys(`${room.prefix}*`);
      const lives = await Promise.all(keys.map((key) => redis.pttl(key)));
      expect(lives).toHaveLength(3);
      expect(Math.min(...lives)).toBeGreaterThan(3_500_000);
      await room.close();
    });

    it('works under a prefix of the connection', async () => {
      const room = openRedisRoom(redisUrl);
      const redis = room.connect();
      redis.options.keyPrefix = `${room.prefix}more:`;
      const ledger = new RedisRefreshLedger(redis);
      const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
      const request = { nowMs: 0, keepMs: 60_000, leaseMs: 1, replayMs: 1, watched: null };
      const claim = await ledger.claim(first, request);
      if (claim.outcome !== 'claimed') throw new Error('nobody else claims');
      const owner = { issuer: 'https://www.cotter.app', subject: 'ann' };
      const completion = { owner, sealed: 'sealed', successorHash: second, nowMs: 0, keepMs: 60_000 };
      await expect(ledger.complete(first, claim.claimId, completion)).resolves.toBe('completed');
      await ledger.revoke(second, { nowMs: 0, keepMs: 60_000 });
      await expect(ledger.claim(first, request)).resolves.toMatchObject({ outcome: 'refused', owner });
      await room.close();
    });
  });
}

if (postgresUrl === null && mariaDbUrl === null && redisUrl === null) {
  describe.skip('the refresh ledger on servers (no URL is set)', () => {
    it('is not tested', () => undefined);
  });
}
