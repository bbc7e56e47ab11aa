import { Redis } from 'ioredis';
import { CotterEntities, CotterRefreshToken } from 'nestjs-cotter/typeorm';
import { DataSource, In, IsNull } from 'typeorm';

import { parseDatabaseUrl } from '../../src/app/database.js';
import type { PrivateServer } from './private-server.js';

/** A look at what the ledger of refresh tokens really holds, past everything that the package does with it. */
export interface LedgerWindow {
  /** The hashes of a person's refresh tokens that are good for something, or about to be. */
  findLiving(subject: string): Promise<string[]>;
  close(): Promise<void>;
}

export function openLedgerWindow(server: PrivateServer): LedgerWindow {
  return server.url.startsWith('redis') ? openRedisWindow(server.url) : openDatabaseWindow(server.url);
}

const LIVING = ['live', 'running'];

function openDatabaseWindow(url: string): LedgerWindow {
  // A connection for each look: the server does not last.
  const look = async <T>(work: (dataSource: DataSource) => Promise<T>): Promise<T> => {
    const dataSource = await new DataSource({ ...parseDatabaseUrl(url), entities: CotterEntities }).initialize();
    return work(dataSource).finally(() => dataSource.destroy());
  };
  return {
    findLiving: (subject) =>
      look(async (dataSource) => {
        const tokens = dataSource.getRepository(CotterRefreshToken);
        const firsts = await tokens.findBy({ subject, revokedBy: IsNull() });
        const family = In(firsts.map((first) => first.family));
        const living = await tokens.findBy({ family, state: In(LIVING) });
        return living.map(({ hash }) => hash);
      }),
    close: () => Promise.resolve(),
  };
}

function openRedisWindow(url: string): LedgerWindow {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  const prefix = 'nestjs-cotter:{cotter}:refresh:';
  return {
    findLiving: async (subject) => {
      const living: string[] = [];
      for (const key of await redis.keys(`${prefix}*`)) {
        if (key.endsWith(':sealed')) continue;
        const token = await redis.hgetall(key);
        const first = await redis.hgetall(`${prefix}${String(token['family'])}`);
        if (first['subject'] !== subject || first['revoked'] !== undefined) continue;
        if (LIVING.includes(String(token['state']))) living.push(key.slice(prefix.length));
      }
      return living;
    },
    close: () => {
      redis.disconnect();
      return Promise.resolve();
    },
  };
}
