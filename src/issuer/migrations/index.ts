import { CreateCotterIssuer1763700100000 } from './1763700100000-create-cotter-issuer.js';

/** The migrations of the issuer's tables, oldest first, for `migrations` of a DataSource. */
export const CotterIssuerMigrations = [CreateCotterIssuer1763700100000];
