import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';

import type { IdentityPair, NewAccount } from '../users/account.js';
import type { Registration } from '../users/users.repository.js';
import { retried } from './atomically.js';
import { isDuplicateKey } from './database-errors.js';
import { hasOneConnection } from './dialect.js';
import type { BoundStatement } from './login-batch.js';
import { createUser } from './new-user.js';
import type { UserTables } from './registration.js';
import { StatementRunner } from './statement-runner.js';
import type { CotterUserBase } from './user.entity.js';

/**
 * Registers by one statement, where there is one: a transaction takes six.
 *
 * @returns `null`, with nothing written, where it takes a transaction.
 */
export async function registerAtOnce<TUser extends CotterUserBase>(
  dataSource: DataSource,
  { realm, userEntity, queries, statement }: UserTables<TUser>,
  account: NewAccount,
): Promise<Registration<TUser> | null> {
  if (statement === null) return null;
  const user = createUser(dataSource.manager, { realm, userEntity, id: randomUUID() }, account);
  const bound = statement.bind(user, account);
  if (bound === null) return null;
  const row = await retried(() => insert(dataSource, bound));
  if (row !== undefined) return { outcome: 'created', account: queries.rows.hydrate(row) };
  // In this order: whoever is there now, and does not have the pair later, is somebody else.
  const holder = await queries.byIdentifier(account.identifier.value);
  if (holder === null) return null;
  const owner = await queries.byPair(account.pair);
  return owner === null ? { outcome: 'identifier_taken' } : { outcome: 'known', account: owner };
}

/**
 * Gives an account one more pair by one statement.
 *
 * @returns `null` where nobody has the pair even so, since an account was deleted.
 */
export async function attachAtOnce<TUser extends CotterUserBase>(
  dataSource: DataSource,
  { queries, identities }: UserTables<TUser>,
  accountId: string,
  pair: IdentityPair,
  at: Date,
): Promise<TUser | null> {
  // There, units of work queue for each other, and this would jump the queue.
  if (hasOneConnection({ dataSource })) return null;
  await retried(() => identities.insert(dataSource.manager, pair, accountId, at));
  return queries.byPair(pair);
}

async function insert(
  dataSource: DataSource,
  { text, parameters }: BoundStatement,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { rows } = await StatementRunner.of(dataSource).run(text, parameters);
    return rows[0];
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
}
