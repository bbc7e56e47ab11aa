import { TableIndex, type MigrationInterface, type QueryRunner } from 'typeorm';

import { addColumns, columnsFor, driverOf, dropColumns } from './columns.js';

const USER = 'cotter_issuer_user';
const REFRESH_TOKEN = 'cotter_issuer_refresh_token';

/** Whether an identifier has been proved, the application's own id of a person, and the index that lists people by age. */
export class AddIssuerUserTrust1763800000000 implements MigrationInterface {
  readonly name = 'AddIssuerUserTrust1763800000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    const { key, time, count } = columnsFor(queryRunner);
    await addColumns(queryRunner, USER, [
      key('clientUserId', 128, { isNullable: true }),
      time('verifiedAt', { isNullable: true }),
      count('trustEpoch'),
    ]);
    await addColumns(queryRunner, REFRESH_TOKEN, [count('trustEpoch')]);
    await queryRunner.createIndices(USER, [
      new TableIndex({ columnNames: ['apiKeyId', 'clientUserId'], isUnique: true }),
      new TableIndex({ columnNames: ['apiKeyId', 'createdAt'] }),
    ]);
    // Until now nobody came in without a code.
    const [table, verifiedAt, createdAt] = [USER, 'verifiedAt', 'createdAt'].map((name) =>
      driverOf(queryRunner).escape(name),
    );
    await queryRunner.query(`UPDATE ${String(table)} SET ${String(verifiedAt)} = ${String(createdAt)}`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const table = await queryRunner.getTable(USER);
    const added = [
      ['apiKeyId', 'clientUserId'],
      ['apiKeyId', 'createdAt'],
    ].map((names) => names.join());
    const indices = table?.indices.filter(({ columnNames }) => added.includes(columnNames.join())) ?? [];
    await queryRunner.dropIndices(USER, indices);
    await dropColumns(queryRunner, REFRESH_TOKEN, ['trustEpoch']);
    await dropColumns(queryRunner, USER, ['trustEpoch', 'verifiedAt', 'clientUserId']);
  }
}
