import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

import { isMySql } from '../dialect.js';

/** The user table, and the pairs of issuer and subject that lead to its rows. */
export class CreateCotterUsers1763700000000 implements MigrationInterface {
  readonly name = 'CreateCotterUsers1763700000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const key = keyColumn(queryRunner);
    await queryRunner.createTable(
      new Table({
        name: 'cotter_user',
        columns: [
          { name: 'id', type: 'varchar', length: '36', isPrimary: true },
          key({ name: 'realm', length: '64' }),
          key({ name: 'identifier', length: '320' }),
          { name: 'identifierType', type: 'varchar', length: '16' },
          { name: 'createdAt', type: 'bigint' },
          { name: 'lastLoginAt', type: 'bigint' },
          { name: 'lastAuthenticationMethod', type: 'varchar', length: '64', isNullable: true },
        ],
        uniques: [{ columnNames: ['identifier', 'realm'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'cotter_user_identity',
        columns: [
          key({ name: 'subject', length: '255', isPrimary: true }),
          key({ name: 'issuer', length: '255', isPrimary: true }),
          key({ name: 'realm', length: '64', isPrimary: true }),
          { name: 'userId', type: 'varchar', length: '36' },
          { name: 'createdAt', type: 'bigint' },
        ],
        indices: [{ columnNames: ['userId'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('cotter_user_identity');
    await queryRunner.dropTable('cotter_user');
  }
}

/**
 * Names of people are told apart character by character. PostgreSQL and SQLite do that; MySQL and MariaDB ignore case and accents
 * unless told otherwise. Ids are left to the default of the database, so that they join with an application's own tables.
 */
function keyColumn(queryRunner: QueryRunner): (column: Omit<TableColumnOptions, 'type'>) => TableColumnOptions {
  const binary = isMySql(queryRunner) ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};
  return (column) => ({ ...column, ...binary, type: 'varchar' });
}
