import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

import { columnsFor } from './columns.js';

const PUBLIC_WRITE = 'cotter_issuer_public_write';

/** What was written at the word of the public key alone, and where from, for the limits by address. */
export class CreateIssuerPublicWrites1763930000100 implements MigrationInterface {
  readonly name = 'CreateIssuerPublicWrites1763930000100';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { key, time } = columnsFor(queryRunner);
    await queryRunner.createTable(
      new Table({
        name: PUBLIC_WRITE,
        columns: [key('id', 36, { isPrimary: true }), key('action', 16), key('network', 64), time('createdAt')],
        indices: [{ columnNames: ['action', 'network', 'createdAt'] }, { columnNames: ['createdAt'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable(PUBLIC_WRITE);
  }
}
