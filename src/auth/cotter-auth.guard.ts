import { Inject, Injectable, type ExecutionContext, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import passport from 'passport';

import { cotterToken, DEFAULT_NAME } from '../cotter.tokens.js';
import {
  InsufficientAuthenticationError,
  InsufficientScopeError,
  MissingCredentialsError,
} from '../errors/access.errors.js';
import { CotterError } from '../errors/cotter.error.js';
import type { PlatformRequest } from '../http/platform.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import { CotterJwtStrategy } from './cotter-jwt.strategy.js';
import { RouteRequirements, type Requirements } from './requirements.js';

type GuardedRequest = PlatformRequest & { user?: CotterPrincipal };

/**
 * Lets a request through whose access token is good, and puts its {@link CotterPrincipal} on `request.user`.
 *
 * @example
 * ```ts
 * @UseGuards(CotterAuthGuard)
 * @Get('me')
 * me(@CurrentUser() principal: CotterPrincipal) { return principal; }
 * ```
 */
@Injectable()
export class CotterAuthGuard extends AuthGuard(DEFAULT_NAME) {
  readonly #routes: RouteRequirements;

  constructor(
    @Inject(CotterJwtStrategy) private readonly strategy: CotterJwtStrategy,
    @Inject(Reflector) reflector: Reflector,
  ) {
    super();
    this.#routes = new RouteRequirements(reflector);
  }

  /** The guard of the `CotterModule` that has this name. */
  static for(name: string): Type<CotterAuthGuard> {
    @Injectable()
    class NamedCotterAuthGuard extends CotterAuthGuard {
      constructor(
        @Inject(cotterToken(CotterJwtStrategy, name)) strategy: CotterJwtStrategy,
        @Inject(Reflector) reflector: Reflector,
      ) {
        super(strategy, reflector);
      }
    }
    return NamedCotterAuthGuard;
  }

  /** At once for a token that was verified before, which is the way of almost every request: no promise, no Passport, no cryptography. */
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const requirements = this.#routes.of(context);
    if (this.#isOpen(requirements)) return true;
    const request = this.getRequest(context) as GuardedRequest;
    const principal = this.strategy.findVerified(request);
    if (principal !== null) return admit(request, principal, requirements);
    return this.#authenticate(request, context).then((verified) => admit(request, verified, requirements));
  }

  /** Turns what Passport reports into the principal or an error. Override it to admit more callers, and call `super` for the rest. */
  override handleRequest<TUser = CotterPrincipal>(
    error: unknown,
    user: TUser | false | null | undefined,
    info: unknown,
  ): TUser {
    if (error instanceof Error) throw error;
    if (user) return user;
    throw info instanceof CotterError ? info : new MissingCredentialsError();
  }

  /**
   * Passport's registry of strategies is one for the whole process, where a second application would replace the first one's. So the
   * guard hands Passport the very strategy of its own module.
   */
  #authenticate(request: unknown, context: ExecutionContext): Promise<CotterPrincipal> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, user: CotterPrincipal | false | undefined, info: unknown): void => {
        try {
          resolve(this.handleRequest(error, user, info));
        } catch (refusal) {
          reject(refusal instanceof Error ? refusal : new Error('refused', { cause: refusal }));
        }
      };
      // Passport binds its verbs to the object that it is given, so each request gets one of its own.
      const strategy = Object.create(this.strategy) as CotterJwtStrategy;
      const middleware = passport.authenticate(strategy, { session: false }, done) as (
        request: unknown,
        response: unknown,
        next: (error?: unknown) => void,
      ) => void;
      middleware(request, context.switchToHttp().getResponse(), (error) => {
        done(error ?? new MissingCredentialsError(), false, undefined);
      });
    });
  }

  #isOpen({ publicTo }: Requirements): boolean {
    return publicTo !== undefined && (publicTo.length === 0 || publicTo.includes(this.strategy.name));
  }
}

function admit(request: GuardedRequest, principal: CotterPrincipal, { scopes, authMethods }: Requirements): true {
  if (!scopes.every((scope) => principal.scopes.includes(scope))) throw new InsufficientScopeError(scopes);
  const { authenticationMethod: method } = principal;
  if (authMethods !== undefined && (method === null || !authMethods.includes(method))) {
    throw new InsufficientAuthenticationError(authMethods);
  }
  request.user = principal;
  return true;
}
