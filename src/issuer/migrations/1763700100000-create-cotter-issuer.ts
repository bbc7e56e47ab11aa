import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

import { columnsFor } from './columns.js';

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
