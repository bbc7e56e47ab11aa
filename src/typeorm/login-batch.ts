import type { DataSource, EntityMetadata } from 'typeorm';

import type { LoginRecord } from '../users/account.js';
import { isMySql, isPostgres } from './dialect.js';
import { columnNameOf, tableNameOf } from './names.js';

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
  return isPostgres({ dataSource })
    ? updateByArrays(dataSource, metadata, realm, logins)
    : updateByCases(dataSource, metadata, realm, logins);
}

/** One text for any number of logins, each of which is looked up once. */
function updateByArrays(
  dataSource: DataSource,
  metadata: EntityMetadata,
  realm: string,
  logins: readonly LoginRecord[],
): BoundStatement {
  const column = (property: string): string => columnNameOf(dataSource, metadata.target, property);
  const lines = [
    `UPDATE ${tableNameOf(dataSource, metadata.target)} AS account`,
    `SET ${column('lastLoginAt')} = login.at, ${column('lastAuthenticationMethod')} = login.method`,
    'FROM unnest($1::varchar[], $2::bigint[], $3::varchar[]) AS login(account_id, at, method)',
    // Whatever type the column has in the database, its index finds the rows.
    `WHERE account.${column('id')} = ANY($4) AND account.${column('id')}::varchar = login.account_id`,
    `AND account.${column('realm')} = $5 AND account.${column('lastLoginAt')} <= login.at`,
  ];
  const ids = logins.map(({ accountId }) => accountId);
  const values = [
    ids,
    logins.map(({ at }) => at.getTime()),
    logins.map(({ authenticationMethod }) => authenticationMethod),
  ];
  return { text: lines.join(' '), parameters: [...values, ids, realm] };
}

function updateByCases(
  dataSource: DataSource,
  metadata: EntityMetadata,
  realm: string,
  logins: readonly LoginRecord[],
): BoundStatement {
  const { driver } = dataSource;
  const parameters: unknown[] = [];
  // Parameters are told by their place, so the lines below have to stand in the order of the text.
  const bind = (value: unknown): string =>
    driver.createParameter(String(parameters.length), parameters.push(value) - 1);
  const column = (property: string): string => columnNameOf(dataSource, metadata.target, property);
  // Without a type, a parameter may be a text, and texts are compared digit by digit.
  const [integer, text] = isMySql({ dataSource }) ? ['SIGNED', 'CHAR'] : ['bigint', 'varchar'];
  const choose = (type: string, value: (login: LoginRecord) => unknown): string => {
    const cases = logins.map((login) => `WHEN ${bind(login.accountId)} THEN CAST(${bind(value(login))} AS ${type})`);
    return `CASE ${column('id')} ${cases.join(' ')} END`;
  };
  const at = (login: LoginRecord): number => login.at.getTime();
  const touched = metadata.updateDateColumn?.propertyName;
  const lines = [
    `UPDATE ${tableNameOf(dataSource, metadata.target)} SET`,
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
