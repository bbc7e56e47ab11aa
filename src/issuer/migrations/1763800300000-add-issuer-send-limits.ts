import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

import { addColumns, columnsFor, dropColumns } from './columns.js';

const CHALLENGE = 'cotter_issuer_challenge';

/** Where codes were asked for from, for the limits by address and by browser. */
export class AddIssuerSendLimits1763800300000 implements MigrationInterface {
  readonly name = 'AddIssuerSendLimits1763800300000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { key } = columnsFor(queryRunner);
    await addColumns(queryRunner, CHALLENGE, [
      key('network', 64, { isNullable: true }),
      key('browserHash', 64, { isNullable: true }),
    ]);
    await queryRunner.createIndices(CHALLENGE, [
      new TableIndex({ columnNames: ['network', 'createdAt'] }),
      new TableIndex({ columnNames: ['browserHash', 'createdAt'] }),
    ]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const table = await queryRunner.getTable(CHALLENGE);
    const indices = table?.indices.filter(({ columnNames: [first = ''] }) =>
      ['network', 'browserHash'].includes(first),
    );
    await queryRunner.dropIndices(CHALLENGE, indices ?? []);
    await dropColumns(queryRunner, CHALLENGE, ['browserHash', 'network']);
  }
}
