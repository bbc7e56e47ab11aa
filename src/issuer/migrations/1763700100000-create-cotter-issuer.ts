import { Table, type DataSource, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

/** The issuer's people, their challenges, and their refresh tokens. */
export class CreateCotterIssuer1763700100000 implements MigrationInterface {
  readonly name = 'CreateCotterIssuer1763700100000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { id, text, time, key } = columnsFor(queryRunner);
    await queryRunner.createTable(
      new Table({
        name: 'cotter_issuer_user',
        columns: [
          key('id', 36, { isPrimary: true }),
          key('apiKeyId', 64),
          key('identifier', 320),
          key('identifierType', 16),
          key('identifierId', 36),
          time('createdAt'),
        ],
        indices: [{ columnNames: ['apiKeyId', 'identifier'], isUnique: true }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'cotter_issuer_challenge',
        columns: [
          id,
          key('handleHash', 64),
          key('apiKeyId', 64),
          text('redirectUrl'),
          key('codeChallenge', 43),
          text('state'),
          key('identifier', 320),
          key('identifierType', 16),
          key('codeHash', 64),
          { name: 'attempts', type: 'integer' },
          time('createdAt'),
          time('expiresAt'),
          time('verifiedAt', { isNullable: true }),
          key('authorizationCodeHash', 64, { isNullable: true }),
          time('authorizationExpiresAt', { isNullable: true }),
          time('consumedAt', { isNullable: true }),
          key('deviceName', 512),
        ],
        indices: [
          { columnNames: ['handleHash'], isUnique: true },
          { columnNames: ['identifier', 'createdAt'] },
          { columnNames: ['createdAt'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'cotter_issuer_refresh_token',
        columns: [
          id,
          key('apiKeyId', 64),
          key('userId', 36),
          key('secretHash', 64),
          key('authenticationMethod', 32),
          time('authenticatedAt'),
          time('expiresAt'),
          time('revokedAt', { isNullable: true }),
        ],
        indices: [{ columnNames: ['secretHash'], isUnique: true }, { columnNames: ['expiresAt'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('cotter_issuer_refresh_token');
    await queryRunner.dropTable('cotter_issuer_challenge');
    await queryRunner.dropTable('cotter_issuer_user');
  }
}

/** Columns in the words of each database. MySQL and MariaDB ignore case and accents of text unless told otherwise. */
function columnsFor(queryRunner: QueryRunner): {
  id: TableColumnOptions;
  text: (name: string) => TableColumnOptions;
  time: (name: string, more?: Partial<TableColumnOptions>) => TableColumnOptions;
  key: (name: string, length: number, more?: Partial<TableColumnOptions>) => TableColumnOptions;
} {
  const binary = isMySql(queryRunner) ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};
  return {
    id: { name: 'id', type: 'integer', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
    text: (name) => ({ name, type: 'text', ...binary }),
    time: (name, more) => ({ name, type: 'bigint', ...more }),
    key: (name, length, more) => ({ name, type: 'varchar', length: String(length), ...binary, ...more }),
  };
}

/** TypeORM 1 calls what a runner belongs to its `dataSource`, TypeORM 0.3 its `connection`. */
function isMySql(queryRunner: { readonly dataSource?: DataSource; readonly connection?: DataSource }): boolean {
  const { type } = (queryRunner.dataSource ?? queryRunner.connection)?.options ?? {};
  return type === 'mysql' || type === 'mariadb';
}
