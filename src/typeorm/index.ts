export { epochMillis } from './epoch-millis.js';
export { CotterMigrations } from './migrations/index.js';
export { CotterEntities } from './entities.js';
export { TypeOrmUsersRepository } from './typeorm-users.repository.js';
export { CotterUserIdentity } from './user-identity.entity.js';
export { CotterUser, CotterUserBase } from './user.entity.js';
