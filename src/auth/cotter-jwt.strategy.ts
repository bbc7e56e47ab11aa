import { Inject, Injectable } from '@nestjs/common';
import passport from 'passport';
import { Strategy } from 'passport-jwt';

import { CotterOptions } from '../cotter.options.js';
import { CotterError } from '../errors/cotter.error.js';
import { KeysUnavailableError } from '../errors/token.errors.js';
import type { PlatformRequest } from '../http/platform.js';
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
    @Inject(CotterOptions) options: CotterOptions,
    @Inject(TokenVerifier) private readonly verifier: TokenVerifier,
  ) {
    super({ jwtFromRequest: () => null, secretOrKeyProvider: refuseKey, algorithms: ['ES256'] }, () => undefined);
    this.name = options.name;
    passport.use(this);
  }

  /** The principal of a request whose token was verified before; `null` where Passport has to look. */
  findVerified(request: PlatformRequest): CotterPrincipal | null {
    const token = findBearerToken(request);
    return token === null ? null : this.verifier.findVerified(token);
  }

  /**
   * Ends in `success` with a {@link CotterPrincipal}, in `fail` (another strategy may try) where the credential is missing or bad, or in
   * `error` where nothing can be decided now.
   */
  override authenticate(request: PlatformRequest): void {
    this.verify(request).then(
      (principal) => {
        this.success(principal);
      },
      (error: unknown) => {
        if (error instanceof CotterError && !(error instanceof KeysUnavailableError)) this.fail(error, 401);
        else this.error(error instanceof Error ? error : new Error('verification failed', { cause: error }));
      },
    );
  }

  // Passport calls strategies on objects that inherit from them, which have no `#private` members.
  private async verify(request: PlatformRequest): Promise<CotterPrincipal> {
    return this.verifier.verifyAccessToken(readBearerToken(request));
  }
}

/** passport-jwt wants a key provider to be constructed at all; nothing here ever asks it. */
function refuseKey(_request: unknown, _token: unknown, done: (error: Error) => void): void {
  done(new Error('keys come from the module, not from passport-jwt'));
}
