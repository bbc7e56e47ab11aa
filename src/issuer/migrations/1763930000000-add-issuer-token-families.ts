import type { MigrationInterface, QueryRunner } from 'typeorm';

import { addColumns, columnsFor, dropColumns } from './columns.js';

const REFRESH_TOKEN = 'cotter_issuer_refresh_token';

/** What the refresh tokens of a session have in common, and which of them were spent a moment ago. */
export class AddIssuerTokenFamilies1763930000000 implements MigrationInterface {
  readonly name = 'AddIssuerTokenFamilies1763930000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { key, text } = columnsFor(queryRunner);
    await addColumns(queryRunner, REFRESH_TOKEN, [
      key('familyHash', 64, { isNullable: true }),
      text('spentTokens', { isNullable: true }),
    ]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropColumns(queryRunner, REFRESH_TOKEN, ['spentTokens', 'familyHash']);
  }
}
