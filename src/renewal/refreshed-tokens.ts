import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import type { CotterPrincipal } from '../tokens/principal.js';

/** New tokens, verified. */
export interface RefreshedTokens extends OAuthTokens {
  /** The one to use next: the old one where the issuer sent none. */
  readonly refreshToken: string;
  /** Whom the new access token speaks for. */
  readonly principal: CotterPrincipal;
  /** The family that was renewed, by the hash of its first refresh token. */
  readonly family: string;
}
