import { createHash, timingSafeEqual } from 'node:crypto';

import { parseChallengeId } from '../cotter-api/challenge-id.js';
import { AuthorizationRefusedError, InvalidCallbackError } from '../errors/callback.errors.js';

/** What the authorize page hands back for a sign-in. */
export interface AuthorizationCallback {
  readonly authorizationCode: string;
  readonly challengeId: number;
}

/** Query parameters as the platforms read them: a list where one came twice. */
export type CallbackParameters = URLSearchParams | Readonly<Record<string, unknown>>;

const MAX_CODE_LENGTH = 4096;

/**
 * Reads the parameters of a callback, and checks that they answer our own question.
 *
 * @throws {@link AuthorizationRefusedError} (`authorization_refused`), {@link InvalidCallbackError} (`invalid_callback`)
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-10.12 | RFC 6749, 10.12}
 */
export function parseCallback(
  callback: string | URL | CallbackParameters,
  expectedState: string,
): AuthorizationCallback {
  const parameters = parametersOf(callback);
  const error = findOne(parameters, 'error');
  const state = findOne(parameters, 'state');
  const authorizationCode = findOne(parameters, 'code');
  const challengeIdText = findOne(parameters, 'challenge_id');
  if (error !== null) throw new AuthorizationRefusedError(error);
  if (state === null) throw new InvalidCallbackError('The callback has no state.');
  if (!isSameSecret(state, expectedState)) {
    throw new InvalidCallbackError('The state of the callback is not the one that was sent.');
  }
  if (authorizationCode === null || authorizationCode.length > MAX_CODE_LENGTH) {
    throw new InvalidCallbackError('The callback has no code, or one that is too long.');
  }
  const challengeId = parseChallengeId(challengeIdText);
  if (challengeId === null) throw new InvalidCallbackError('The callback has no challenge_id of digits.');
  return { authorizationCode, challengeId };
}

function parametersOf(callback: string | URL | CallbackParameters): CallbackParameters {
  if (callback instanceof URL) return callback.searchParams;
  if (typeof callback !== 'string') return callback;
  // Not by URL: a server knows only the path, and what stands before the query of an app's URL is the app's business.
  const [beforeFragment = ''] = callback.split('#', 1);
  const start = beforeFragment.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : beforeFragment.slice(start + 1));
}

/** A parameter that came twice may be read by somebody else as the other one. */
function findOne(parameters: CallbackParameters, name: string): string | null {
  const values =
    parameters instanceof URLSearchParams
      ? parameters.getAll(name)
      : [Object.hasOwn(parameters, name) ? parameters[name] : []].flat();
  if (values.length > 1) throw new InvalidCallbackError(`The callback has more than one ${name}.`);
  const value: unknown = values[0] ?? '';
  if (typeof value !== 'string') throw new InvalidCallbackError(`The callback's ${name} is not a text.`);
  return value === '' ? null : value;
}

/** In a time that does not tell how much of it was right. Nothing equals a state that was never made. */
function isSameSecret(given: string, expected: unknown): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return typeof expected === 'string' && expected !== '' && timingSafeEqual(digest(given), digest(expected));
}
