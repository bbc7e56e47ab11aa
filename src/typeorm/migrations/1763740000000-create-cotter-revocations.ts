import { Table, TableColumn, type MigrationInterface, type QueryRunner } from 'typeorm';

import { isMySql } from '../dialect.js';

/** The table of what is revoked, and the mark on an account that is disabled. */
export class CreateCotterRevocations1763740000000 implements MigrationInterface {
  readonly name = 'CreateCotterRevocations1763740000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // As in the first migration: compared character by character.
    const binary = isMySql(queryRunner) ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};
    await queryRunner.createTable(
      new Table({
        name: 'cotter_revocation',
        columns: [
          { name: 'id', type: 'varchar', length: '64', isPrimary: true },
          { name: 'realm', type: 'varchar', length: '64', ...binary },
          { name: 'kind', type: 'varchar', length: '16' },
          { name: 'entry', type: 'text' },
          { name: 'issuedBefore', type: 'bigint' },
          { name: 'expiresAt', type: 'bigint' },
          { name: 'changedAt', type: 'bigint' },
        ],
        indices: [{ columnNames: ['realm', 'changedAt'] }, { columnNames: ['expiresAt'] }],
      }),
    );
    await queryRunner.addColumn(
      'cotter_user',
      new TableColumn({ name: 'disabledAt', type: 'bigint', isNullable: true }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropColumn('cotter_user', 'disabledAt');
    await queryRunner.dropTable('cotter_revocation');
  }
}
