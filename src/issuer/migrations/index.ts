import { CreateCotterIssuer1763700100000 } from './1763700100000-create-cotter-issuer.js';
import { AddIssuerUserTrust1763800000000 } from './1763800000000-add-issuer-user-trust.js';
import { AddIssuerCustomClaims1763800100000 } from './1763800100000-add-issuer-custom-claims.js';
import { CreateIssuerDevices1763800200000 } from './1763800200000-create-issuer-devices.js';
import { AddIssuerSendLimits1763800300000 } from './1763800300000-add-issuer-send-limits.js';
import { AddIssuerFrames1763900000000 } from './1763900000000-add-issuer-frames.js';
import { AddIssuerMagicLinks1763910000000 } from './1763910000000-add-issuer-magic-links.js';
import { CreateIssuerWebAuthn1763920000000 } from './1763920000000-create-issuer-webauthn.js';
import { AddIssuerTokenFamilies1763930000000 } from './1763930000000-add-issuer-token-families.js';
import { CreateIssuerPublicWrites1763930000100 } from './1763930000100-create-issuer-public-writes.js';

/** The migrations of the issuer's tables, oldest first, for `migrations` of a DataSource. */
export const CotterIssuerMigrations = [
  CreateCotterIssuer1763700100000,
  AddIssuerUserTrust1763800000000,
  AddIssuerCustomClaims1763800100000,
  CreateIssuerDevices1763800200000,
  AddIssuerSendLimits1763800300000,
  AddIssuerFrames1763900000000,
  AddIssuerMagicLinks1763910000000,
  CreateIssuerWebAuthn1763920000000,
  AddIssuerTokenFamilies1763930000000,
  CreateIssuerPublicWrites1763930000100,
];
