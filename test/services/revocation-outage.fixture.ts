import type { RevocationStore } from 'nestjs-cotter';
import { RedisRevocationStore } from 'nestjs-cotter/redis';
import { CotterEntities, CotterMigrations, TypeOrmRevocationStore } from 'nestjs-cotter/typeorm';

import { openDatabase, parseDatabaseUrl } from '../../src/app/database.js';
import { createServerDatabase } from './database.js';
import { openRedisRoom } from './redis.js';
import { TcpProxy } from './tcp-proxy.js';

/** One place of revocations, reached in two ways. */
export interface RevocationOutage {
  /** The way that can be cut. */
  readonly proxy: TcpProxy;
  /** By way of the proxy: the process that suffers. */
  readonly store: RevocationStore;
  /** Another process, which does not. */
  readonly healthy: RevocationStore;
  close(): Promise<void>;
}

/** As the app itself opens its database. */
export async function openDatabaseOutage(serverUrl: string): Promise<RevocationOutage> {
  const database = await createServerDatabase(serverUrl);
  const proxy = await TcpProxy.to(database.url);
  const tables = { entities: CotterEntities, migrations: CotterMigrations };
  const dataSources = [
    await openDatabase({ ...parseDatabaseUrl(proxy.url), ...tables }),
    await openDatabase({ ...parseDatabaseUrl(database.url), ...tables }),
  ] as const;
  return {
    proxy,
    store: new TypeOrmRevocationStore(dataSources[0]),
    healthy: new TypeOrmRevocationStore(dataSources[1]),
    close: async () => {
      await Promise.all(dataSources.map((dataSource) => dataSource.destroy()));
      await proxy.cut();
      await database.drop();
    },
  };
}

export async function openRedisOutage(serverUrl: string): Promise<RevocationOutage> {
  const room = openRedisRoom(serverUrl);
  const proxy = await TcpProxy.to(serverUrl);
  const options = { keyPrefix: room.prefix };
  return {
    proxy,
    store: new RedisRevocationStore(room.connect(proxy.url), options),
    healthy: new RedisRevocationStore(room.connect(), options),
    close: async () => {
      await room.close();
      await proxy.cut();
    },
  };
}
