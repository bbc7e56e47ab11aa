import type { OAuthTokens } from '../cotter-api/oauth-tokens.js';
import { isRefreshToken } from '../cotter-api/refresh-token.js';
import { InvalidGrantError, IssuerFailedError } from '../errors/issuer.errors.js';
import { RevocationsUnavailableError } from '../errors/store.errors.js';
import { InvalidTokenError, KeysUnavailableError, RevokedTokenError } from '../errors/token.errors.js';
import type { TokenVerifier } from '../tokens/token-verifier.js';
import type { TokenOwner } from './refresh-ledger.js';
import type { RefreshedTokens } from './refreshed-tokens.js';

/** Characters that a ledger keeps of an issuer and of a subject. */
const MAX_OWNER_LENGTH = 255;
/** What not every database gives back as it was. */
const ALTERED = /[\0\p{Cs}]|\s$/u;

/** The refresh token that was renewed, and its family. */
export interface RenewedToken {
  readonly token: string;
  readonly family: string;
}

/**
 * Verifies what came for a refresh token.
 *
 * @throws {@link IssuerFailedError} for tokens that are not good, or whose refresh token nobody could use.
 * @throws what the verifier throws, where {@link isUndecided} or {@link isRevoked} are to look at it.
 */
export async function verifyRefreshed(
  verifier: TokenVerifier,
  tokens: OAuthTokens,
  { token, family }: RenewedToken,
): Promise<RefreshedTokens> {
  const principal = await verifier.verifyAccessToken(tokens.accessToken);
  if (tokens.idToken !== null) {
    const { subject, issuer } = await verifier.verifyIdToken(tokens.idToken);
    if (subject !== principal.subject || issuer !== principal.issuer) {
      throw failure('the renewed ID token is about somebody else');
    }
  }
  const refreshToken = tokens.refreshToken ?? token;
  if (!isRefreshToken(refreshToken)) throw failure('the new refresh token is too long to be used');
  if (!isKeepable(principal)) throw failure('the subject of the new access token is too long to be kept');
  return { ...tokens, refreshToken, principal, family };
}

/** Whether every ledger can keep this owner. */
export function isKeepable({ issuer, subject }: TokenOwner): boolean {
  return [issuer, subject].every((part) => part.length <= MAX_OWNER_LENGTH && !ALTERED.test(part));
}

/**
 * Whether tokens may yet turn out to be good: the keys (or the revocations) are out of reach; the key is one that our view of the key set,
 * seconds old, does not have yet; or a clock is wrong, ours or the issuer's. The issuer has spent the old token in each case.
 */
export function isUndecided(error: unknown): boolean {
  return (
    error instanceof KeysUnavailableError ||
    error instanceof RevocationsUnavailableError ||
    (error instanceof InvalidTokenError && UNDECIDED.has(error.code))
  );
}

const UNDECIDED = new Set(['unknown_key', 'token_expired', 'token_not_yet_valid']);

/** Whether tokens are good no longer, by the passing of time alone. */
export function isExpired(error: unknown): boolean {
  return error instanceof InvalidTokenError && error.code === 'token_expired';
}

/** Whether the person was locked out here, or signed out everywhere. */
export function isRevoked(error: unknown): boolean {
  return error instanceof RevokedTokenError;
}

/** What a caller hears of a failed verification: bad tokens are the issuer's failure, not the caller's. */
export function toRefreshError(error: unknown): unknown {
  if (isRevoked(error)) return new InvalidGrantError({ cause: error });
  return error instanceof InvalidTokenError ? new IssuerFailedError({ cause: error }) : error;
}

function failure(message: string): IssuerFailedError {
  return new IssuerFailedError({ cause: new Error(message) });
}
