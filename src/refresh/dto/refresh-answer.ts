import type { RefreshedTokens } from '../../renewal/refreshed-tokens.js';

/** What `POST /refresh` answers: the members of the wire, each of them always there. */
export interface RefreshAnswer {
  readonly access_token: string;
  readonly id_token: string | null;
  readonly refresh_token: string;
  /** Seconds. */
  readonly expires_in: number;
  readonly token_type: 'Bearer';
  readonly auth_method: string | null;
}

/** Builds the answer; where the issuer does not name the method of the sign-in, the access token does. */
export function createRefreshAnswer(tokens: RefreshedTokens): RefreshAnswer {
  return {
    access_token: tokens.accessToken,
    id_token: tokens.idToken,
    refresh_token: tokens.refreshToken,
    expires_in: tokens.expiresIn,
    token_type: tokens.tokenType,
    auth_method: tokens.authMethod ?? tokens.principal.authenticationMethod,
  };
}
