import type { DataSource, EntityMetadata } from 'typeorm';

import type { LoginRecord } from '../users/account.js';
import { isMySql } from './dialect.js';

/** A statement and the values of its parameters. */
export interface BoundStatement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/**
 * One statement that notes many logins. It never moves a time backwards, whichever process writes first, and the method goes with
 * the time. Accounts that are gone are passed over.
 *
 * @param logins - At most one an account, at most a hundred: SQLite of old takes 999 parameters.
 */
export function updateLastLogins(
  dataSource: DataSource,
  metadata: EntityMetadata,
  realm: string,
  logins: readonly LoginRecord[],
): BoundStatement {
  const { driver } = dataSource;
  const parameters: unknown[] = [];
  // PostgreSQL numbers its parameters, so the lines below have to stand in the order of the text.
  const bind = (value: unknown): string =>
    driver.createParameter(String(parameters.length), parameters.push(value) - 1);
  const column = (property: string): string =>
    driver.escape(metadata.findColumnWithPropertyName(property)?.databaseName ?? property);
  // Without a type, a parameter is a text to PostgreSQL, and texts are compared digit by digit.
  const [integer, text] = isMySql({ dataSource }) ? ['SIGNED', 'CHAR'] : ['bigint', 'varchar'];
  const choose = (type: string, value: (login: LoginRecord) => unknown): string => {
    const cases = logins.map((login) => `WHEN ${bind(login.accountId)} THEN CAST(${bind(value(login))} AS ${type})`);
    return `CASE ${column('id')} ${cases.join(' ')} END`;
  };
  const at = (login: LoginRecord): number => login.at.getTime();
  const table = metadata.tablePath.split('.').map((part) => driver.escape(part));
  const touched = metadata.updateDateColumn?.propertyName;
  const lines = [
    `UPDATE ${table.join('.')} SET`,
    // A login does not change the row in the application's eyes; MySQL would touch this column by itself.
    touched === undefined ? '' : `${column(touched)} = ${column(touched)},`,
    `${column('lastAuthenticationMethod')} = ${choose(text, (login) => login.authenticationMethod)},`,
    `${column('lastLoginAt')} = ${choose(integer, at)}`,
    `WHERE ${column('realm')} = ${bind(realm)}`,
    `AND ${column('id')} IN (${logins.map((login) => bind(login.accountId)).join(', ')})`,
    `AND ${column('lastLoginAt')} <= ${choose(integer, at)}`,
  ];
  return { text: lines.join(' '), parameters };
}
