import type { MigrationInterface, QueryRunner } from 'typeorm';

import { addColumns, columnsFor, dropColumns } from './columns.js';

const CHALLENGE = 'cotter_issuer_challenge';

/** The pages that codes were asked for from by a frame, which name themselves in the exchange. */
export class AddIssuerFrames1763900000000 implements MigrationInterface {
  readonly name = 'AddIssuerFrames1763900000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { text } = columnsFor(queryRunner);
    await addColumns(queryRunner, CHALLENGE, [text('frameOrigin', { isNullable: true })]);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropColumns(queryRunner, CHALLENGE, ['frameOrigin']);
  }
}
