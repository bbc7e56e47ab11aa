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
import type { CotterPrincipal } from '../tokens/principal.js';
import { CotterJwtStrategy } from './cotter-jwt.strategy.js';
import { AUTH_METHODS } from './decorators/auth-methods.decorator.js';
import { PUBLIC } from './decorators/public.decorator.js';
import { SCOPES } from './decorators/scopes.decorator.js';

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
  constructor(
    @Inject(CotterJwtStrategy) private readonly strategy: CotterJwtStrategy,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {
    super();
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

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.#isPublic(context)) return true;
    const request = this.getRequest(context) as { user?: CotterPrincipal };
    const principal = await this.#authenticate(request, context);
    this.#assertScopes(principal, context);
    this.#assertAuthenticationMethod(principal, context);
    request.user = principal;
    return true;
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

  #isPublic(context: ExecutionContext): boolean {
    const names = this.#metadata(PUBLIC, context);
    return names !== undefined && (names.length === 0 || names.includes(this.strategy.name));
  }

  #assertScopes(principal: CotterPrincipal, context: ExecutionContext): void {
    const required = this.#metadata(SCOPES, context) ?? [];
    if (!required.every((scope) => principal.scopes.includes(scope))) throw new InsufficientScopeError(required);
  }

  #assertAuthenticationMethod(principal: CotterPrincipal, context: ExecutionContext): void {
    const accepted = this.#metadata(AUTH_METHODS, context);
    const { authenticationMethod: method } = principal;
    if (accepted !== undefined && (method === null || !accepted.includes(method))) {
      throw new InsufficientAuthenticationError(accepted);
    }
  }

  #metadata(key: string, context: ExecutionContext): string[] | undefined {
    return this.reflector.getAllAndOverride<string[] | undefined>(key, [context.getHandler(), context.getClass()]);
  }
}
