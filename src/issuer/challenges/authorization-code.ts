import { createSecret, hashSecret } from '../secrets.js';
import type { Challenge } from './challenge.entity.js';

/** How long an authorization code can be exchanged. */
export const AUTHORIZATION_CODE_TTL_MS = 5 * 60_000;

/** A new authorization code, which is told once, and what its challenge keeps of it. */
export function createAuthorizationCode(nowMs: number): {
  readonly authorizationCode: string;
  readonly columns: Pick<Challenge, 'authorizationCodeHash' | 'authorizationExpiresAt'>;
} {
  const authorizationCode = createSecret();
  return {
    authorizationCode,
    columns: {
      authorizationCodeHash: hashSecret(authorizationCode),
      authorizationExpiresAt: nowMs + AUTHORIZATION_CODE_TTL_MS,
    },
  };
}
