import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

import { isMySql } from '../dialect.js';

/** The table of refresh tokens: which are alive, which are spent, and whose they are. */
export class CreateCotterRefreshTokens1763750000000 implements MigrationInterface {
  readonly name = 'CreateCotterRefreshTokens1763750000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // As in the first migration: compared character by character.
    const binary = isMySql(queryRunner) ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};
    await queryRunner.createTable(
      new Table({
        name: 'cotter_refresh_token',
        columns: [
          { name: 'hash', type: 'varchar', length: '64', isPrimary: true, ...binary },
          { name: 'realm', type: 'varchar', length: '64', isPrimary: true, ...binary },
          { name: 'family', type: 'varchar', length: '64', ...binary },
          { name: 'state', type: 'varchar', length: '8' },
          { name: 'issuer', type: 'varchar', length: '255', isNullable: true, ...binary },
          { name: 'subject', type: 'varchar', length: '255', isNullable: true, ...binary },
          { name: 'revokedBy', type: 'varchar', length: '36', isNullable: true },
          { name: 'claimId', type: 'varchar', length: '36', isNullable: true },
          { name: 'claimedAt', type: 'bigint', isNullable: true },
          { name: 'leaseMs', type: 'bigint', isNullable: true },
          { name: 'spentAt', type: 'bigint', isNullable: true },
          { name: 'sealed', type: 'text', isNullable: true },
          { name: 'sealedUntil', type: 'bigint', isNullable: true },
          { name: 'held', type: 'text', isNullable: true },
          { name: 'addedBy', type: 'varchar', length: '36', isNullable: true },
          { name: 'expiresAt', type: 'bigint' },
        ],
        indices: [{ columnNames: ['realm', 'expiresAt'] }, { columnNames: ['realm', 'sealedUntil'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('cotter_refresh_token');
  }
}
