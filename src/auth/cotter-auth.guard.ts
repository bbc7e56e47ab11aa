import { Inject, Injectable, type ExecutionContext, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';

import { cotterToken, DEFAULT_NAME } from '../cotter.tokens.js';
import { MissingCredentialsError } from '../errors/access.errors.js';
import { CotterError } from '../errors/cotter.error.js';
import { SessionEndedError } from '../errors/session.errors.js';
import type { HeaderCarrier } from '../http/platform.js';
import { responseCookiesOf, type ResponseCookies } from '../http/response-cookies.js';
import type { CotterPrincipal } from '../tokens/principal.js';
import { CotterJwtStrategy, isRefusal } from './cotter-jwt.strategy.js';
import { credentialCarrierOf, principalHolderOf } from './credential-carrier.js';
import { assertMeets, RouteRequirements, type Requirements } from './requirements.js';

/**
 * Lets a caller through whose access token or session is good, and keeps its {@link CotterPrincipal} for `@CurrentUser()`: as `user` on the HTTP
 * request (of a GraphQL resolver too), on the client of a WebSocket gateway, or on the context of an RPC message.
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
    this.#routes = new RouteRequirements(reflector, strategy.name);
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
    if (requirements.access === 'public') return true;
    const carrier = this.getRequest(context);
    const principal = this.strategy.findVerified(carrier);
    if (principal !== null) return this.#admit(context, principal, requirements);
    return this.#authenticate(carrier, responseCookiesOf(context)).then(
      (verified) => this.#admit(context, verified, requirements),
      (refusal: unknown) => admitAnonymous(refusal, requirements),
    );
  }

  /** What carries the credentials: the HTTP request, or what stands for one. */
  override getRequest(context: ExecutionContext): HeaderCarrier {
    return credentialCarrierOf(context);
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
   * Asks the strategy what Passport's middleware would ask it. The middleware knows strategies by names that the whole process shares, where
   * a second application would replace the first one's; and it hangs session verbs on every request, which costs as much as all rules
   * about a token do.
   */
  async #authenticate(carrier: HeaderCarrier, answer: ResponseCookies | null): Promise<CotterPrincipal> {
    let principal: CotterPrincipal | false = false;
    let failure: unknown = null;
    let refusal: unknown;
    try {
      principal = await this.strategy.verify(carrier, answer);
    } catch (error) {
      if (isRefusal(error)) refusal = error;
      else failure = error;
    }
    return this.handleRequest(failure, principal, refusal);
  }

  #admit(context: ExecutionContext, principal: CotterPrincipal, requirements: Requirements): true {
    assertMeets(principal, requirements, this.strategy);
    principalHolderOf(context).user = principal;
    return true;
  }
}

function admitAnonymous(refusal: unknown, { access }: Requirements): true {
  // A browser goes on sending the cookie of a session that is over, and nobody has asked it to.
  const isAnonymous = refusal instanceof MissingCredentialsError || refusal instanceof SessionEndedError;
  if (access === 'optional' && isAnonymous) return true;
  throw refusal;
}
