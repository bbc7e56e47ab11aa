import 'reflect-metadata';

import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';

import { openDatabase, parseDatabaseUrl } from '../../src/app/database.js';
import { CotterModule, type CotterForRootOptions, type RefreshLedger } from '../../src/index.js';
import { RedisRefreshLedger } from '../../src/redis/index.js';
import { CotterEntities, CotterMigrations, TypeOrmRefreshLedger } from '../../src/typeorm/index.js';

/** Where a ledger is: what two processes have to know to share it. */
export interface LedgerAddress {
  /** Of PostgreSQL, MariaDB or Redis. */
  readonly url: string;
  /** Of the keys in Redis. */
  readonly keyPrefix: string;
}

/** A connection of its own to a ledger. */
export async function openLedger({ url, keyPrefix }: LedgerAddress): Promise<{
  ledger: RefreshLedger;
  close: () => Promise<void>;
}> {
  if (url.startsWith('redis')) {
    const redis = new Redis(url);
    redis.on('error', () => undefined);
    return {
      ledger: new RedisRefreshLedger(redis, { keyPrefix }),
      close: () => {
        redis.disconnect();
        return Promise.resolve();
      },
    };
  }
  const tables = { entities: CotterEntities, migrations: CotterMigrations };
  const dataSource = await openDatabase({ ...parseDatabaseUrl(url), ...tables });
  return { ledger: new TypeOrmRefreshLedger(dataSource), close: () => dataSource.destroy() };
}

/** The module as an application has it, without HTTP. */
export async function startModule(
  options: CotterForRootOptions,
  ledger: RefreshLedger,
): Promise<INestApplicationContext> {
  const module = CotterModule.forRoot({ ...options, users: false, refreshLedger: { useValue: ledger } });
  const root = { module: class Root {}, imports: [module] };
  return NestFactory.createApplicationContext(root, { logger: false });
}
