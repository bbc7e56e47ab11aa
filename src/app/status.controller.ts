import { Controller, Get, Header, Inject } from '@nestjs/common';
import { DataSource } from 'typeorm';

import { Public, StoreUnavailableError } from '../index.js';
import { PageSettings } from './page-settings.js';
import { RedisConnection } from './redis-connection.js';

/** What anybody may ask. */
@Public()
@Controller()
export class StatusController {
  constructor(
    @Inject(DataSource) private readonly database: DataSource,
    @Inject(RedisConnection) private readonly redis: RedisConnection | null,
    @Inject(PageSettings) private readonly settings: PageSettings,
  ) {}

  /** Says that the app runs, whatever the state of what it stands on. */
  @Get('ping')
  @Header('Cache-Control', 'no-store')
  ping(): { message: string } {
    return { message: 'pong' };
  }

  /** Says that the app can do its work. @throws {@link StoreUnavailableError} (`store_unavailable`) */
  @Get('health')
  @Header('Cache-Control', 'no-store')
  async health(): Promise<{ status: string }> {
    try {
      await Promise.all([this.database.query('SELECT 1'), this.redis?.ping()]);
    } catch (error) {
      throw new StoreUnavailableError(5, { cause: error });
    }
    return { status: 'ok' };
  }

  /** What the page asks first. */
  @Get('config.json')
  @Header('Cache-Control', 'no-cache')
  config(): PageSettings {
    return this.settings;
  }
}
