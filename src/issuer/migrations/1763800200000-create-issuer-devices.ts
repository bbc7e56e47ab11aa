import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

import { addColumns, columnsFor, dropColumns } from './columns.js';

const USER = 'cotter_issuer_user';

/** The devices that people have enrolled, and the events that they approve with them. */
export class CreateIssuerDevices1763800200000 implements MigrationInterface {
  readonly name = 'CreateIssuerDevices1763800200000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { id, key, time, count } = columnsFor(queryRunner);
    await addColumns(queryRunner, USER, [time('firstDeviceAt', { isNullable: true })]);
    await queryRunner.createTable(
      new Table({
        name: 'cotter_issuer_device',
        columns: [
          id,
          key('userId', 36),
          key('publicKey', 44),
          count('trustEpoch'),
          key('name', 255),
          key('type', 64),
          time('createdAt'),
        ],
        indices: [{ columnNames: ['userId', 'publicKey'], isUnique: true }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'cotter_issuer_device_event',
        columns: [
          id,
          key('pollHash', 64),
          key('apiKeyId', 64),
          key('userId', 36),
          count('trustEpoch'),
          key('event', 64),
          key('timestamp', 10),
          key('ip', 64),
          key('location', 128),
          key('status', 16),
          key('proofHash', 64, { isNullable: true }),
          time('createdAt'),
          time('expiresAt'),
          time('respondedAt', { isNullable: true }),
          time('tokensIssuedAt', { isNullable: true }),
          time('exchangedAt', { isNullable: true }),
        ],
        indices: [
          { columnNames: ['pollHash'], isUnique: true },
          { columnNames: ['proofHash'], isUnique: true },
          { columnNames: ['userId', 'createdAt'] },
          { columnNames: ['createdAt'] },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('cotter_issuer_device_event');
    await queryRunner.dropTable('cotter_issuer_device');
    await dropColumns(queryRunner, USER, ['firstDeviceAt']);
  }
}
