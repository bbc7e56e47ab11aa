import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';

import { CotterAuthGuard, CotterModule, CotterOptions } from '../index.js';
import { TypeOrmRefreshLedger } from '../typeorm/index.js';
import type { AppConfig } from './app.config.js';
import { AppExceptionFilter } from './http/app-exception.filter.js';
import { MeController } from './me.controller.js';
import { PageController } from './page.controller.js';
import { PageSettings } from './page-settings.js';
import { StatusController } from './status.controller.js';

/** What `npm start` runs: a Nest application with the package in it, and nothing that an application of yours could not do. */
@Module({})
export class AppModule {
  /** @param dataSource - Open, with its tables in place; Nest closes it with the application. */
  static forRoot(config: AppConfig, dataSource: DataSource): DynamicModule {
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => dataSource.options,
          dataSourceFactory: () => Promise.resolve(dataSource),
        }),
        CotterModule.forRoot({
          ...config.cotter,
          logRefusals: !config.production,
          refresh: { replaySeconds: config.refreshReplaySeconds ?? undefined },
          refreshLedger: {
            useFactory: (shared: DataSource) => new TypeOrmRefreshLedger(shared),
            inject: [DataSource],
          },
        }),
      ],
      controllers: [PageController, StatusController, MeController],
      providers: [
        // Every route is guarded that does not say @Public().
        { provide: APP_GUARD, useExisting: CotterAuthGuard },
        { provide: APP_FILTER, useClass: AppExceptionFilter },
        {
          provide: PageSettings,
          useFactory: (options: CotterOptions) => pageSettingsOf(config, options),
          inject: [CotterOptions],
        },
      ],
    };
  }
}

function pageSettingsOf({ publicUrl, localIssuer }: AppConfig, options: CotterOptions): PageSettings {
  const { apiKeyId, apiUrl, jsUrl } = options;
  return {
    apiKeyId,
    apiUrl,
    jsUrl,
    publicUrl,
    outboxUrl: localIssuer === null ? null : `${localIssuer.publicUrl}/outbox`,
  };
}
