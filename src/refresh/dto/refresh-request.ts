import { isRefreshToken, REFRESH_TOKEN_RULE } from '../../cotter-api/refresh-token.js';
import { InvalidBodyError } from '../../errors/request.errors.js';

/** The body of `POST /refresh`, shape checked. */
export interface RefreshRequest {
  readonly refreshToken: string;
}

/**
 * Reads `{ "refresh_token": "...", "grant_type"?: "refresh_token" }`. Other members are ignored: clients send their whole token answer.
 *
 * @throws {@link InvalidBodyError} (`invalid_body`) naming each member that is wrong.
 */
export function parseRefreshRequest(body: unknown): RefreshRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new InvalidBodyError(['the body must be a JSON object']);
  }
  const { refresh_token: refreshToken, grant_type: grantType = 'refresh_token' } = body as Record<string, unknown>;
  const problems: string[] = [];
  if (grantType !== 'refresh_token') problems.push('grant_type must be refresh_token where it is given');
  if (isRefreshToken(refreshToken) && problems.length === 0) return { refreshToken };
  if (!isRefreshToken(refreshToken)) problems.push(REFRESH_TOKEN_RULE);
  throw new InvalidBodyError(problems);
}
