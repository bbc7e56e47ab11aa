import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

import { columnsFor } from './columns.js';

/** The passkeys that people have registered, and the challenges that are on their way to them. */
export class CreateIssuerWebAuthn1763920000000 implements MigrationInterface {
  readonly name = 'CreateIssuerWebAuthn1763920000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { id, key, text, time } = columnsFor(queryRunner);
    await queryRunner.createTable(
      new Table({
        name: 'cotter_issuer_webauthn_credential',
        columns: [
          id,
          key('apiKeyId', 64),
          key('userId', 36),
          key('rpId', 253),
          text('credentialId'),
          key('credentialIdHash', 64),
          text('publicKey'),
          time('signCount'),
          time('createdAt'),
          time('lastUsedAt', { isNullable: true }),
        ],
        indices: [{ columnNames: ['apiKeyId', 'credentialIdHash'], isUnique: true }, { columnNames: ['userId'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'cotter_issuer_webauthn_ceremony',
        columns: [
          id,
          key('kind', 16),
          key('challengeHash', 64),
          key('apiKeyId', 64),
          key('userId', 36, { isNullable: true }),
          text('origin'),
          key('authenticationMethod', 32, { isNullable: true }),
          time('authenticatedAt', { isNullable: true }),
          time('createdAt'),
          time('expiresAt'),
          time('usedAt', { isNullable: true }),
        ],
        indices: [{ columnNames: ['challengeHash'], isUnique: true }, { columnNames: ['createdAt'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('cotter_issuer_webauthn_ceremony');
    await queryRunner.dropTable('cotter_issuer_webauthn_credential');
  }
}
