/** What Cotter's browser SDK looks for in the message: "not valid". It takes any other text for a passing trouble. */
export const REFRESH_TOKEN_NOT_VALID = 'Refresh token is not valid';

/** The `oauth_token` object of the wire, and the answer of the token endpoint. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly id_token: string;
  /** Always there: Cotter's browser SDK stores the text "undefined" in its place otherwise. */
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly token_type: 'Bearer';
  readonly auth_method: string;
}
