import { withQuery } from '../../identifiers/redirect-url.js';
import type { Challenge } from '../challenges/challenge.entity.js';

/** Back to the application with a code. */
export function successUrl(challenge: Challenge, authorizationCode: string): string {
  const { redirectUrl, state, id } = challenge;
  return withQuery(redirectUrl, { code: authorizationCode, state, challenge_id: String(id) });
}

/** Back to the application without one: the person does not want to. */
export function cancelUrl(redirectUrl: string, state: string): string {
  return withQuery(redirectUrl, { error: 'access_denied', state });
}

/** The query of the authorize page that a challenge came from: for starting again. */
export function authorizeQueryOf(challenge: Challenge): string {
  const { apiKeyId, redirectUrl, identifierType, authMethod, codeChallenge, state } = challenge;
  return new URLSearchParams({
    api_key: apiKeyId,
    redirect_url: redirectUrl,
    type: identifierType,
    code_challenge: codeChallenge,
    state,
    auth_method: authMethod,
  }).toString();
}
