import { InvalidCredentialsRequestError, MissingCredentialsError } from '../errors/access.errors.js';
import { headerValuesOf, rawHeadersOf, type HeaderCarrier } from '../http/platform.js';

const AUTHORIZATION = 'authorization';
const BEARER = /^bearer(?: +(.*))?$/is;
/** The white space that is no part of a field: RFC 9110, 5.6.3. What `trim()` takes off beside it would be taken off a token. */
const OPTIONAL_WHITE_SPACE = /^[ \t]+|(?<![ \t])[ \t]+$/g;

/**
 * The access token of the `Authorization` field, which is the only place where one is looked for: query strings end up in logs, and
 * form bodies in other sites' pages. Empty where the scheme has no token behind it.
 *
 * @throws {@link MissingCredentialsError} where there is no bearer credential at all.
 * @throws {@link InvalidCredentialsRequestError} where the field was sent more than once.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 | RFC 6750, 2.1}
 */
export function readBearerToken(carrier: HeaderCarrier): string {
  const [field, ...others] = headerValuesOf(carrier, AUTHORIZATION);
  if (others.length > 0) throw new InvalidCredentialsRequestError('The Authorization field was sent more than once.');
  const match = BEARER.exec(field?.replace(OPTIONAL_WHITE_SPACE, '') ?? '');
  if (match === null) throw new MissingCredentialsError();
  // A scheme without a token is a bad token, and whoever hears of bad tokens hears of this one.
  return match[1] ?? '';
}

/**
 * The token of a request that is as it should be: one `Authorization` field, spelled the usual way. Everything else is `null` and for
 * {@link readBearerToken} to tell apart.
 */
export function findBearerToken(carrier: HeaderCarrier): string | null {
  const rawHeaders = rawHeadersOf(carrier);
  let field: string | undefined;
  for (let name = 0; name < rawHeaders.length; name += 2) {
    const text = rawHeaders[name];
    if (text?.length !== AUTHORIZATION.length || text.toLowerCase() !== AUTHORIZATION) continue;
    if (field !== undefined) return null;
    field = rawHeaders[name + 1];
  }
  return field?.startsWith('Bearer ') === true ? field.slice('Bearer '.length) : null;
}
