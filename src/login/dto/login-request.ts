import { isRefreshToken } from '../../cotter-api/refresh-token.js';
import { InvalidBodyError } from '../../errors/request.errors.js';

/** The payload that a front end posts after a sign-in: shape checked, nothing trusted. */
export interface LoginRequest {
  readonly accessToken: string;
  readonly idToken: string | null;
  /** `null` also for what cannot be one: nobody needs it to log in. */
  readonly refreshToken: string | null;
  /** Whom the body says that it is about, by the path of the member that says so. */
  readonly claimed: {
    readonly identifiers: Readonly<Record<string, string>>;
    readonly subjects: Readonly<Record<string, string>>;
  };
  /** The body without its tokens. */
  readonly unverified: Readonly<Record<string, unknown>>;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads the payload in each of its documented shapes: the web SDK's (`email` or `phone`, `oauth_token`, `user`), the raw answer of
 * `get_identity` (`identifier` an object), a trusted-device event (`user_id`, `oauth_token` inside). Members that are not known are kept,
 * as unverified; `email`, `phone` and `user` may be empty, `null` or absent.
 *
 * @throws {@link InvalidBodyError} (`invalid_body`) naming each member of the wrong type.
 * @see Cotter's backend guide, "Handling Response"
 */
export function parseLoginRequest(body: unknown): LoginRequest {
  const problems: string[] = [];
  const root = asObject(body);
  if (root === null) throw new InvalidBodyError(['the body must be a JSON object']);
  const { oauth_token: tokenMember, token: _legacyIdentityToken, ...unverified } = root;
  const tokens = asObject(tokenMember);
  if (tokens === null) problems.push('oauth_token must be an object');
  const user = readOptionalObject(root, 'user', problems);
  // The web SDK has no such member, get_identity's is an object, and a form may have a field of that name.
  const identity = asObject(root['identifier']) ?? {};
  const accessToken = readText(tokens ?? {}, 'access_token', 'oauth_token.', problems);
  if (tokens !== null && accessToken === null) problems.push('oauth_token.access_token must be a non-empty string');
  const idToken = readText(tokens ?? {}, 'id_token', 'oauth_token.', problems);
  const refreshToken = isRefreshToken(tokens?.['refresh_token']) ? tokens['refresh_token'] : null;
  const identifiers = present({
    email: readText(root, 'email', '', problems),
    phone: readText(root, 'phone', '', problems),
    'user.identifier': readText(user, 'identifier', 'user.', problems),
    'identifier.identifier': readText(identity, 'identifier', 'identifier.', problems),
  });
  const subjects = present({
    'user.ID': readText(user, 'ID', 'user.', problems),
    user_id: readText(root, 'user_id', '', problems),
  });
  if (problems.length > 0 || accessToken === null) throw new InvalidBodyError([...new Set(problems)]);
  return { accessToken, idToken, refreshToken, claimed: { identifiers, subjects }, unverified };
}

function asObject(value: unknown): Members | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
}

function readOptionalObject(members: Members, name: string, problems: string[]): Members {
  const value = members[name] ?? null;
  if (value !== null && asObject(value) === null) problems.push(`${name} must be an object`);
  return asObject(value) ?? {};
}

/** A non-empty string, or `null` where the member is absent, `null` or empty. */
function readText(members: Members, name: string, prefix: string, problems: string[]): string | null {
  const value = members[name] ?? '';
  if (typeof value !== 'string')
    problems.push(`${prefix}${name} must be a ${name.endsWith('_token') ? 'non-empty ' : ''}string`);
  return typeof value === 'string' && value !== '' ? value : null;
}

function present(entries: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== null));
}
