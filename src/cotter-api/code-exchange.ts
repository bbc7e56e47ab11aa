import { InvalidBodyError } from '../errors/request.errors.js';
import { parseRedirectUrl } from '../identifiers/redirect-url.js';
import { parseChallengeId } from './challenge-id.js';

/** An authorization code, and what proves that it comes back from the one who asked for it. */
export interface CodeExchange {
  /** The secret whose S256 challenge went to the authorize page. */
  readonly codeVerifier: string;
  readonly authorizationCode: string;
  /** A safe integer, or its digits. */
  readonly challengeId: number | string;
  /** The one that the authorize page was given, character by character. */
  readonly redirectUrl: string;
}

/** Longer than any verifier or code in the wild; the issuer's own limits are not known. */
const MAX_LENGTH = 4096;

/**
 * The body of `get_identity`.
 *
 * @throws {@link InvalidBodyError} (`invalid_body`) naming each member that is wrong.
 * @throws {@link InvalidRedirectUrlError} (`invalid_redirect_url`)
 */
export function createExchangeBody(exchange: CodeExchange): Readonly<Record<string, unknown>> {
  const { codeVerifier, authorizationCode, redirectUrl } = exchange;
  const challengeId = parseChallengeId(exchange.challengeId);
  const problems = Object.entries({
    code_verifier: codeVerifier,
    authorization_code: authorizationCode,
    redirect_url: redirectUrl,
  })
    .filter(([, value]: readonly [string, unknown]) => !isText(value))
    .map(([name]) => `${name} must be a non-empty string of at most ${String(MAX_LENGTH)} characters`);
  if (challengeId === null) problems.push('challenge_id must be a safe integer, or its digits');
  if (problems.length > 0) throw new InvalidBodyError(problems);
  return {
    code_verifier: codeVerifier,
    authorization_code: authorizationCode,
    challenge_id: challengeId,
    redirect_url: parseRedirectUrl(redirectUrl).text,
  };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH;
}
