import type { DeepPartial, EntityManager } from 'typeorm';

import type { NewAccount } from '../users/account.js';
import { toStorableMethod } from './storable.js';
import type { CotterUserBase } from './user.entity.js';

/** Where a user is to be, and under which id. */
interface Place<TUser> {
  readonly userEntity: new () => TUser;
  readonly realm: string;
  readonly id: string;
}

/** The row of somebody who registers. The application's columns never stand in for those of the module. */
export function createUser<TUser extends CotterUserBase>(
  manager: EntityManager,
  { userEntity, realm, id }: Place<TUser>,
  { identifier, authenticationMethod, at, columns }: NewAccount,
): TUser {
  const own = {
    id,
    realm,
    identifier: identifier.value,
    identifierType: identifier.type,
    createdAt: at,
    lastLoginAt: at,
    lastAuthenticationMethod: toStorableMethod(authenticationMethod),
    disabledAt: null,
  };
  return manager.create(userEntity, { ...columns, ...own } as DeepPartial<TUser>);
}
