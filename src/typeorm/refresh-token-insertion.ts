import type { DataSource, QueryRunner } from 'typeorm';

import type { TokenOwner } from '../renewal/refresh-ledger.js';
import { isDuplicateKey } from './database-errors.js';
import { isMySql } from './dialect.js';
import { columnNameOf, tableNameOf } from './names.js';
import { CotterRefreshToken } from './refresh-token.entity.js';
import { Statement } from './statement.js';

const COLUMNS = ['hash', 'realm', 'family', 'state', 'issuer', 'subject', 'expiresAt'] as const;

/** Adds a token that begins a family, in one statement: it is on the way of every login. */
export class RefreshTokenInsertion {
  readonly #statement: Statement;

  constructor(
    dataSource: DataSource,
    private readonly realm: string,
  ) {
    const names = COLUMNS.map((property) => columnNameOf(dataSource, CotterRefreshToken, property));
    // INSERT IGNORE would also cut values off: MySQL is left to refuse.
    const unlessPresent = isMySql({ dataSource }) ? '' : ' ON CONFLICT DO NOTHING';
    this.#statement = new Statement(
      dataSource,
      (bind) =>
        `INSERT INTO ${tableNameOf(dataSource, CotterRefreshToken)} (${names.join(', ')}) ` +
        `VALUES (${COLUMNS.map(bind).join(', ')})${unlessPresent}`,
    );
  }

  /** @returns whether the token was new; where it was not, nothing has changed. */
  async insert(
    runner: QueryRunner,
    hash: string,
    { issuer, subject }: TokenOwner,
    expiresAt: number,
  ): Promise<boolean> {
    try {
      const values = [hash, this.realm, hash, 'live', issuer, subject, expiresAt];
      return (await this.#statement.write(runner, values)) > 0;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }
}
