import { CotterRefreshToken } from './refresh-token.entity.js';
import { CotterRevocation } from './revocation.entity.js';
import { CotterSession } from './session.entity.js';
import { CotterUsedName } from './used-name.entity.js';
import { CotterUserIdentity } from './user-identity.entity.js';
import { CotterUser } from './user.entity.js';

/** The entities of the module, for `entities` of a DataSource. With a `userEntity` of your own, list that in place of {@link CotterUser}. */
export const CotterEntities = [
  CotterUser,
  CotterUserIdentity,
  CotterRevocation,
  CotterRefreshToken,
  CotterSession,
  CotterUsedName,
];
