import { CotterUserIdentity } from './user-identity.entity.js';
import { CotterUser } from './user.entity.js';

/** The entities of the module, for `entities` of a DataSource. With a `userEntity` of your own, list that and {@link CotterUserIdentity}. */
export const CotterEntities = [CotterUser, CotterUserIdentity];
