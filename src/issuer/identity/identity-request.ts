import { ApiRefusedError } from '../http/api-refused.error.js';
import { textMember } from '../http/body-members.js';

/** The body of `get_identity`. */
export interface IdentityRequest {
  readonly codeVerifier: string;
  readonly authorizationCode: string;
  readonly challengeId: number;
  readonly redirectUrl: string;
}

/**
 * Reads the body of `get_identity`. Members that are not known here are left alone: every SDK sends some of its own.
 *
 * @throws {@link ApiRefusedError} naming the member.
 */
export function parseIdentityRequest(body: unknown): IdentityRequest {
  return {
    codeVerifier: getText(body, 'code_verifier'),
    authorizationCode: getText(body, 'authorization_code'),
    challengeId: getChallengeId(body),
    redirectUrl: getText(body, 'redirect_url'),
  };
}

function getText(body: unknown, name: string): string {
  const text = textMember(body, name);
  if (text === null || text === '') throw new ApiRefusedError(`${name} must be a non-empty string`);
  return text;
}

/** A number on the wire: a client that sends a string has a bug that would bite elsewhere. */
function getChallengeId(body: unknown): number {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'challenge_id') : null;
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new ApiRefusedError('challenge_id must be a positive integer');
  }
  return value as number;
}
