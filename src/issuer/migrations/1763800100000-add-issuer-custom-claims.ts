import type { MigrationInterface, QueryRunner } from 'typeorm';

import { addColumns, columnsFor, dropColumns } from './columns.js';

const REFRESH_TOKEN = 'cotter_issuer_refresh_token';

/** The claims that an application has added to a session. */
export class AddIssuerCustomClaims1763800100000 implements MigrationInterface {
  readonly name = 'AddIssuerCustomClaims1763800100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumns(queryRunner, REFRESH_TOKEN, [columnsFor(queryRunner).text('customClaims', { isNullable: true })]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropColumns(queryRunner, REFRESH_TOKEN, ['customClaims']);
  }
}
