import { CreateCotterUsers1763700000000 } from './1763700000000-create-cotter-users.js';

/** The migrations of the module's tables, oldest first, for `migrations` of a DataSource. */
export const CotterMigrations = [CreateCotterUsers1763700000000];
