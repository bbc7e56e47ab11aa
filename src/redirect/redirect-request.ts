import type { CotterOptions } from '../cotter.options.js';
import { InvalidSignInRequestError } from '../errors/callback.errors.js';
import { findReturnPath } from '../identifiers/return-path.js';

/** What `GET /login` is asked for. */
export interface RedirectRequest {
  /** A path of this site. */
  readonly returnTo: string;
  readonly type: 'EMAIL' | 'PHONE';
  /** What the issuer's page offers, where it is not given. */
  readonly authMethod: 'OTP' | 'MAGIC_LINK' | undefined;
}

/**
 * Reads `returnTo`, `type` and `auth_method`; what is not there, the options say. Everything else is ignored, `input` above all: the issuer
 * would send a message to that address at once, on behalf of whoever made the link.
 *
 * @throws {@link InvalidSignInRequestError} (`invalid_sign_in_request`)
 */
export function parseRedirectRequest(
  query: URLSearchParams,
  { redirect }: Pick<CotterOptions, 'redirect'>,
  publicUrl: string,
): RedirectRequest {
  const returnTo = findReturnPath(findOne(query, 'returnTo') ?? redirect.defaultReturnTo, publicUrl);
  if (returnTo === null) {
    throw new InvalidSignInRequestError('returnTo must be a path of this site: it begins with one slash.');
  }
  return {
    returnTo,
    type: findChoice<'EMAIL' | 'PHONE'>(query, 'type', ['EMAIL', 'PHONE']) ?? redirect.type,
    authMethod: findChoice<'OTP' | 'MAGIC_LINK'>(query, 'auth_method', ['OTP', 'MAGIC_LINK']) ?? redirect.authMethod,
  };
}

function findChoice<Choice extends string>(
  query: URLSearchParams,
  name: string,
  choices: readonly Choice[],
): Choice | null {
  const given = findOne(query, name);
  if (given === null) return null;
  const chosen = choices.find((choice) => choice === given);
  if (chosen === undefined) throw new InvalidSignInRequestError(`${name} must be ${choices.join(' or ')}.`);
  return chosen;
}

/** Of two, a proxy may have checked the other one. */
function findOne(query: URLSearchParams, name: string): string | null {
  const [value = null, ...others] = query.getAll(name);
  if (others.length > 0) throw new InvalidSignInRequestError(`${name} is given more than once.`);
  return value;
}
