import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';

import { CotterIssuerEntities } from './entities.js';
import type { IssuerSettings } from './issuer-settings.js';
import { CotterIssuerMigrations } from './migrations/index.js';

/**
 * The issuer's own connection to its database. Not one of `@nestjs/typeorm`, whose connections have names that are shared by all
 * applications of a process: two issuers stay apart.
 */
@Injectable()
export class IssuerDatabase implements OnApplicationShutdown {
  private constructor(readonly dataSource: DataSource) {}

  static async open({ dataSource }: Pick<IssuerSettings, 'dataSource'>): Promise<IssuerDatabase> {
    const options = { ...dataSource, entities: CotterIssuerEntities, migrations: CotterIssuerMigrations };
    return new IssuerDatabase(await new DataSource(options).initialize());
  }

  rowsOf<Row extends ObjectLiteral>(entity: EntityTarget<Row>): Repository<Row> {
    return this.dataSource.getRepository(entity);
  }

  /** By then the server has answered the last request. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
