import {
  InsufficientAuthenticationError,
  InsufficientScopeError,
  InvalidCredentialsRequestError,
  MissingCredentialsError,
  NotRegisteredError,
} from '../errors/access.errors.js';
import { type CotterError } from '../errors/cotter.error.js';
import {
  AuthorizationRefusedError,
  InvalidCallbackError,
  InvalidSignInRequestError,
  SignInExpiredError,
  SignInNotFoundError,
  SignInUsedError,
} from '../errors/callback.errors.js';
import { InvalidIdentifierError, InvalidRedirectUrlError } from '../errors/identifier.errors.js';
import { InvalidGrantError, IssuerBusyError, IssuerFailedError, IssuerTimeoutError } from '../errors/issuer.errors.js';
import {
  AccountDisabledError,
  IdentifierTakenError,
  IdentityMismatchError,
  IdentityMissingError,
  IdTokenMismatchError,
  LoginTokenRefusedError,
  RegistrationRefusedError,
} from '../errors/login.errors.js';
import { RenewalPendingError } from '../errors/renewal.errors.js';
import { BodyTooLargeError, InvalidBodyError, UnsupportedBodyError } from '../errors/request.errors.js';
import {
  CrossSiteRequestError,
  SessionEndedError,
  SessionNotFoundError,
  SessionTooLargeError,
} from '../errors/session.errors.js';
import { RevocationsUnavailableError, StoreUnavailableError } from '../errors/store.errors.js';
import { InvalidTokenError, KeysUnavailableError } from '../errors/token.errors.js';

/** An error as an HTTP answer: RFC 9457 problem details, and the fields that go with them. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly type: string;
    readonly title: string;
    readonly status: number;
    readonly detail: string;
    readonly code: string;
  };
}

interface ProblemRow {
  // Errors are told apart by class; their constructors differ.
  readonly error: abstract new (...args: never[]) => CotterError;
  readonly status: number;
  readonly title: string;
  /** The challenge of RFC 6750, section 3, after its realm. */
  readonly challenge?: string;
}

/** Every error of this package that can reach a client, and how. */
const PROBLEMS: readonly ProblemRow[] = [
  { error: MissingCredentialsError, status: 401, title: 'Unauthorized', challenge: '' },
  { error: SessionEndedError, status: 401, title: 'Session ended', challenge: '' },
  { error: CrossSiteRequestError, status: 403, title: 'Cross-site request' },
  { error: SessionNotFoundError, status: 404, title: 'Session not found' },
  { error: SessionTooLargeError, status: 502, title: 'Session too large' },
  { error: InvalidCredentialsRequestError, status: 400, title: 'Bad Request', challenge: 'error="invalid_request"' },
  { error: InvalidTokenError, status: 401, title: 'Invalid access token', challenge: 'error="invalid_token"' },
  { error: InsufficientScopeError, status: 403, title: 'Insufficient scope', challenge: 'error="insufficient_scope"' },
  {
    error: InsufficientAuthenticationError,
    status: 401,
    title: 'Insufficient authentication',
    challenge: 'error="insufficient_user_authentication"',
  },
  { error: NotRegisteredError, status: 403, title: 'Not registered' },
  { error: LoginTokenRefusedError, status: 403, title: 'Invalid access token' },
  { error: IdTokenMismatchError, status: 403, title: 'Invalid ID token' },
  { error: IdentityMissingError, status: 403, title: 'Identity missing' },
  { error: IdentityMismatchError, status: 403, title: 'Identity mismatch' },
  { error: InvalidIdentifierError, status: 403, title: 'Invalid identifier' },
  { error: RegistrationRefusedError, status: 403, title: 'Registration refused' },
  { error: AccountDisabledError, status: 403, title: 'Account disabled' },
  { error: IdentifierTakenError, status: 409, title: 'Identifier taken' },
  { error: InvalidGrantError, status: 401, title: 'Invalid grant', challenge: '' },
  { error: InvalidBodyError, status: 400, title: 'Invalid body' },
  { error: InvalidRedirectUrlError, status: 400, title: 'Invalid redirect URL' },
  { error: InvalidCallbackError, status: 400, title: 'Invalid callback' },
  { error: AuthorizationRefusedError, status: 403, title: 'Authorization refused' },
  { error: InvalidSignInRequestError, status: 400, title: 'Invalid sign-in request' },
  { error: SignInNotFoundError, status: 400, title: 'Sign-in not found' },
  { error: SignInExpiredError, status: 400, title: 'Sign-in expired' },
  { error: SignInUsedError, status: 400, title: 'Sign-in used' },
  { error: UnsupportedBodyError, status: 415, title: 'Unsupported media type' },
  { error: BodyTooLargeError, status: 413, title: 'Body too large' },
  { error: IssuerFailedError, status: 502, title: 'Issuer failed' },
  { error: IssuerTimeoutError, status: 504, title: 'Issuer timeout' },
  { error: IssuerBusyError, status: 503, title: 'Issuer busy' },
  { error: KeysUnavailableError, status: 503, title: 'Keys unavailable' },
  { error: RevocationsUnavailableError, status: 503, title: 'Revocations unavailable' },
  { error: RenewalPendingError, status: 503, title: 'Renewal pending' },
  { error: StoreUnavailableError, status: 503, title: 'Store unavailable' },
];

const REALM = 'cotter';

/**
 * The one place where an error gets its HTTP status.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc9457 | RFC 9457}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 | RFC 6750, 3}
 */
export function problemOf(error: CotterError): ProblemAnswer {
  const row = PROBLEMS.find((candidate) => error instanceof candidate.error);
  const { status, title, challenge } = row ?? { status: 500, title: 'Internal Server Error' };
  const body = {
    type: `urn:nestjs-cotter:error:${error.code}`,
    title,
    status,
    detail: row === undefined ? 'The server could not answer.' : error.detail,
    code: error.code,
  };
  return {
    status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(challenge === undefined ? {} : { 'WWW-Authenticate': challengeOf(error, challenge) }),
      ...('retryAfterSeconds' in error ? { 'Retry-After': String(error.retryAfterSeconds) } : {}),
    },
    body,
  };
}

function challengeOf(error: CotterError, parameters: string): string {
  const all = [`realm="${REALM}"`, parameters];
  if (parameters !== '') all.push(`error_description="${error.detail}"`);
  if (error instanceof InsufficientScopeError) all.push(`scope="${error.requiredScopes.join(' ')}"`);
  if (error instanceof InsufficientAuthenticationError) all.push(...stepUpParameters(error));
  return `Bearer ${all.filter((parameter) => parameter !== '').join(', ')}`;
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc9470#section-3 | RFC 9470, 3} */
function stepUpParameters({ acceptedMethods, maxAgeSeconds }: InsufficientAuthenticationError): string[] {
  return [
    acceptedMethods.length === 0 ? '' : `acr_values="${acceptedMethods.join(' ')}"`,
    maxAgeSeconds === null ? '' : `max_age="${String(maxAgeSeconds)}"`,
  ];
}
