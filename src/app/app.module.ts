import { randomBytes } from 'node:crypto';

import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';

import { CotterAuthGuard, CotterModule, type CotterForRootOptions } from '../index.js';
import { RedisRefreshLedger, RedisRevocationStore, RedisSessionStore } from '../redis/index.js';
import type { AppConfig } from './app.config.js';
import { DemoController } from './demo.controller.js';
import { AppExceptionFilter } from './http/app-exception.filter.js';
import { MeController } from './me.controller.js';
import { PageController } from './page.controller.js';
import { PageSettings } from './page-settings.js';
import { RedisConnection } from './redis-connection.js';
import { StatusController } from './status.controller.js';

/** What `npm start` runs: a Nest application with the package in it, and nothing that an application of yours could not do. */
@Module({})
export class AppModule {
  /**
   * @param dataSource - Open, with its tables in place; Nest closes it with the application.
   * @param redis - Where everything is kept but people; `null` means the database.
   */
  static forRoot(config: AppConfig, dataSource: DataSource, redis: RedisConnection | null): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: () => Promise.resolve(dataSource),
        }),
        CotterModule.forRoot(cotterOptionsOf(config, redis)),
      ],
      controllers: [PageController, StatusController, MeController, DemoController],
      providers: [
        // Every route is guarded that does not say @Public().
        { provide: APP_GUARD, useExisting: CotterAuthGuard },
        { provide: APP_FILTER, useClass: AppExceptionFilter },
        { provide: PageSettings, useValue: pageSettingsOf(config) },
        { provide: RedisConnection, useValue: redis },
      ],
    };
  }
}

/** What is not given has its table in the database. */
function cotterOptionsOf(config: AppConfig, redis: RedisConnection | null): CotterForRootOptions {
  const { publicUrl, corsOrigins, encryptionKeys, refreshReplaySeconds, production } = config;
  const session = { mode: 'server' as const, encryptionKeys: encryptionKeys ?? [randomBytes(32).toString('base64')] };
  const options = {
    ...config.cotter,
    publicUrl,
    allowedOrigins: corsOrigins,
    redirect: true,
    refresh: { replaySeconds: refreshReplaySeconds ?? undefined },
    logRefusals: !production,
  };
  if (redis === null) return { ...options, session };
  return {
    ...options,
    session: { ...session, store: { useValue: new RedisSessionStore(redis.client) } },
    refreshLedger: { useValue: new RedisRefreshLedger(redis.client) },
    revocationStore: { useValue: new RedisRevocationStore(redis.client) },
  };
}

function pageSettingsOf({ publicUrl, localIssuer }: AppConfig): PageSettings {
  return {
    signInUrl: `${publicUrl}/login`,
    returnTo: new URL(`${publicUrl}/`).pathname,
    outboxUrl: localIssuer === null ? null : `${localIssuer.publicUrl}/outbox`,
  };
}
