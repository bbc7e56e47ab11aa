import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

import { addColumns, columnsFor, dropColumns } from './columns.js';

const CHALLENGE = 'cotter_issuer_challenge';

/** The links that are sent in place of codes, and where they lead. */
export class AddIssuerMagicLinks1763910000000 implements MigrationInterface {
  readonly name = 'AddIssuerMagicLinks1763910000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { key, text } = columnsFor(queryRunner);
    await addColumns(queryRunner, CHALLENGE, [
      key('authMethod', 16, { default: "'OTP'" }),
      key('linkKind', 8, { isNullable: true }),
      key('linkHash', 64, { isNullable: true }),
      key('redeemHash', 64, { isNullable: true }),
      text('pageUrl', { isNullable: true }),
      text('clientJson', { isNullable: true }),
    ]);
    await queryRunner.createIndices(CHALLENGE, [new TableIndex({ columnNames: ['linkHash'], isUnique: true })]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const table = await queryRunner.getTable(CHALLENGE);
    const indices = table?.indices.filter(({ columnNames }) => columnNames.includes('linkHash'));
    await queryRunner.dropIndices(CHALLENGE, indices ?? []);
    await dropColumns(queryRunner, CHALLENGE, [
      'clientJson',
      'pageUrl',
      'redeemHash',
      'linkHash',
      'linkKind',
      'authMethod',
    ]);
  }
}
