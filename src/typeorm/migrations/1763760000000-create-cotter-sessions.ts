import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

import { isMySql } from '../dialect.js';

/** The table of sessions, and that of names which are good once. */
export class CreateCotterSessions1763760000000 implements MigrationInterface {
  readonly name = 'CreateCotterSessions1763760000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // As in the first migration: compared character by character.
    const binary = isMySql(queryRunner) ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};
    await queryRunner.createTable(
      new Table({
        name: 'cotter_session',
        columns: [
          { name: 'handle', type: 'varchar', length: '64', isPrimary: true, ...binary },
          { name: 'realm', type: 'varchar', length: '64', isPrimary: true, ...binary },
          { name: 'accountId', type: 'varchar', length: '64', ...binary },
          { name: 'issuer', type: 'varchar', length: '255', ...binary },
          { name: 'subject', type: 'varchar', length: '255', ...binary },
          { name: 'method', type: 'varchar', length: '64', isNullable: true },
          { name: 'device', type: 'varchar', length: '100', isNullable: true },
          { name: 'startedAt', type: 'bigint' },
          { name: 'lastSeenAt', type: 'bigint' },
          { name: 'expiresAt', type: 'bigint' },
          { name: 'version', type: 'integer' },
          { name: 'sealed', type: 'text', isNullable: true },
          { name: 'family', type: 'varchar', length: '64', isNullable: true, ...binary },
        ],
        indices: [
          { columnNames: ['accountId', 'realm'] },
          { columnNames: ['family', 'realm'] },
          { columnNames: ['realm', 'expiresAt'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'cotter_used_name',
        columns: [
          { name: 'hash', type: 'varchar', length: '64', isPrimary: true, ...binary },
          { name: 'realm', type: 'varchar', length: '64', isPrimary: true, ...binary },
          { name: 'usedBy', type: 'varchar', length: '36' },
          { name: 'expiresAt', type: 'bigint' },
        ],
        indices: [{ columnNames: ['realm', 'expiresAt'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('cotter_used_name');
    await queryRunner.dropTable('cotter_session');
  }
}
