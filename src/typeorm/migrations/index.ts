import { CreateCotterUsers1763700000000 } from './1763700000000-create-cotter-users.js';
import { CreateCotterRevocations1763740000000 } from './1763740000000-create-cotter-revocations.js';
import { CreateCotterRefreshTokens1763750000000 } from './1763750000000-create-cotter-refresh-tokens.js';
import { CreateCotterSessions1763760000000 } from './1763760000000-create-cotter-sessions.js';

/** The migrations of the module's tables, oldest first, for `migrations` of a DataSource. */
export const CotterMigrations = [
  CreateCotterUsers1763700000000,
  CreateCotterRevocations1763740000000,
  CreateCotterRefreshTokens1763750000000,
  CreateCotterSessions1763760000000,
];
