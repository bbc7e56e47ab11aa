import { Inject, Injectable } from '@nestjs/common';
import passport from 'passport';
import { Strategy } from 'passport-jwt';

import { CotterOptions } from '../cotter.options.js';
import { InvalidCredentialsRequestError, MissingCredentialsError } from '../errors/access.errors.js';
import { CotterError } from '../errors/cotter.error.js';
import { SessionEndedError } from '../errors/session.errors.js';
import { InvalidTokenError } from '../errors/token.errors.js';
import { hasField, type HeaderCarrier } from '../http/platform.js';
import { expressCookiesOf, type ResponseCookies } from '../http/response-cookies.js';
import { CookieSessions } from '../session/cookie-sessions.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import { TokenVerifier } from '../tokens/token-verifier.js';
import { findBearerToken, readBearerToken } from './bearer-token.js';

/**
 * The Passport strategy, registered under the module's name (`cotter`), so that `AuthGuard(['cotter', 'other'])` works as well as
 * {@link CotterAuthGuard}.
 *
 * It is passport-jwt's strategy with another `authenticate`. The original hands verification to a function that is shared by the whole
 * process, and answers an outage of the key server with a 401; this one asks the module's own {@link TokenVerifier}, as the login does.
 */
@Injectable()
export class CotterJwtStrategy extends Strategy {
  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
    @Inject(CookieSessions) private readonly sessions: CookieSessions | null,
  ) {
    super({ jwtFromRequest: () => null, secretOrKeyProvider: refuseKey, algorithms: ['ES256'] }, () => undefined);
    this.name = options.name;
    passport.use(this);
  }

  /** The principal of who was verified before, by a token or a session; `null` where that takes a closer look. */
  findVerified(carrier: HeaderCarrier): CotterPrincipal | null {
    if (this.sessions !== null) {
      if (!hasField(carrier, 'authorization')) return this.sessions.findVerified(carrier);
      if (this.sessions.isPresent(carrier)) return null;
    }
    const token = findBearerToken(carrier);
    return token === null ? null : this.verifier.findVerified(token);
  }

  /**
   * Whether the person signed in within this time, as far as the principal tells. Clocks may be off by the tolerance, either way; a time
   * that lies ahead by more proves nothing.
   */
  isFresh({ authenticatedAt }: CotterPrincipal, maxAgeSeconds: number): boolean {
    if (authenticatedAt === null) return false;
    const { clock, clockToleranceSeconds } = this.options;
    const ageSeconds = (clock() - Date.parse(authenticatedAt)) / 1000;
    return ageSeconds >= -clockToleranceSeconds && ageSeconds <= maxAgeSeconds + clockToleranceSeconds;
  }

  /**
   * Ends in `success` with a {@link CotterPrincipal}, in `fail` (another strategy may try) where the credential is missing or bad, or in
   * `error` where nothing can be decided now.
   */
  override authenticate(carrier: HeaderCarrier): void {
    this.verify(carrier, expressCookiesOf(carrier)).then(
      (principal) => {
        this.success(principal);
      },
      (error: unknown) => {
        if (isRefusal(error)) this.fail(error, 401);
        else this.error(error instanceof Error ? error : new Error('verification failed', { cause: error }));
      },
    );
  }

  /**
   * The principal of the request's access token, or of its session.
   *
   * @param answer - What may get cookies; `null` where there is none.
   * @throws {@link MissingCredentialsError}, {@link InvalidCredentialsRequestError}, {@link InvalidTokenError}, {@link SessionEndedError}:
   *   see {@link isRefusal}.
   * @throws {@link KeysUnavailableError} (`keys_unavailable`), {@link StoreUnavailableError} (`store_unavailable`) and their like where
   *   nothing can be decided now; {@link CrossSiteRequestError} (`cross_site_request`).
   */
  async verify(carrier: HeaderCarrier, answer: ResponseCookies | null = null): Promise<CotterPrincipal> {
    if (this.sessions?.isPresent(carrier) !== true) {
      return this.verifier.verifyAccessToken(readBearerToken(carrier));
    }
    if (hasBearer(carrier)) {
      throw new InvalidCredentialsRequestError('The request has both an access token and a session cookie.');
    }
    return this.sessions.verify(carrier, answer);
  }
}

/** Whether an error says that the credential is missing or bad, and not that nobody can tell. */
export function isRefusal(error: unknown): error is CotterError {
  return REFUSALS.some((refusal) => error instanceof refusal);
}

const REFUSALS = [MissingCredentialsError, InvalidCredentialsRequestError, InvalidTokenError, SessionEndedError];

/** A field of another scheme is somebody else's: a proxy's, as a rule. */
function hasBearer(carrier: HeaderCarrier): boolean {
  try {
    readBearerToken(carrier);
    return true;
  } catch (error) {
    return !(error instanceof MissingCredentialsError);
  }
}

/** passport-jwt wants a key provider to be constructed at all; nothing here ever asks it. */
function refuseKey(_request: unknown, _token: unknown, done: (error: Error) => void): void {
  done(new Error('keys come from the module, not from passport-jwt'));
}
