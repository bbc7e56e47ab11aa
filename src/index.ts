/**
 * Passwordless sign-in for NestJS against any issuer that speaks Cotter's protocol.
 *
 * @module nestjs-cotter
 */
export { CotterAuthGuard } from './auth/cotter-auth.guard.js';
export { CotterJwtStrategy } from './auth/cotter-jwt.strategy.js';
export { keepHandshake } from './auth/carriers/web-socket.carrier.js';
export { AuthMethods } from './auth/decorators/auth-methods.decorator.js';
export { CurrentAccount } from './auth/decorators/current-account.decorator.js';
export { CurrentUser } from './auth/decorators/current-user.decorator.js';
export { OptionalAuth } from './auth/decorators/optional-auth.decorator.js';
export { Public } from './auth/decorators/public.decorator.js';
export { RequireFresh } from './auth/decorators/require-fresh.decorator.js';
export { Scopes } from './auth/decorators/scopes.decorator.js';
export type { Duration } from './auth/duration.js';
export type { CodeExchange } from './cotter-api/code-exchange.js';
export { CotterApiClient, type ExchangeCodeOptions } from './cotter-api/cotter-api.client.js';
export type { CotterIdentity, IssuerUser, ProvenIdentifier, SignedIdentity } from './cotter-api/identity.js';
export type { OAuthTokens } from './cotter-api/oauth-tokens.js';
export { CotterModule } from './cotter.module.js';
export type {
  CotterFactoryOptions,
  CotterForRootOptions,
  CotterModuleAsyncOptions,
  CotterModuleExtras,
  CotterOptionsFactory,
  CotterSessionShape,
  PortProvider,
  RefreshLedgerProvider,
  RevocationStoreProvider,
  SessionStoreProvider,
  UsersRepositoryProvider,
} from './cotter.module-definition.js';
export type { CotterEvents } from './cotter.events.js';
export {
  CotterOptions,
  type CotterCacheOptions,
  type CotterJwksOptions,
  type CotterModuleOptions,
  type CotterRedirectOptions,
  type CotterRefreshOptions,
  type CotterRevocationOptions,
  type CotterSessionOptions,
  type CotterTrustOptions,
  type ResolvedRedirect,
  type ResolvedSession,
  type ResolvedTrust,
  type SessionMode,
} from './cotter.options.js';
export { cotterToken } from './cotter.tokens.js';
export {
  InsufficientAuthenticationError,
  InsufficientScopeError,
  InvalidCredentialsRequestError,
  MissingCredentialsError,
  NotRegisteredError,
} from './errors/access.errors.js';
export {
  AuthorizationRefusedError,
  InvalidCallbackError,
  InvalidSignInRequestError,
  SignInExpiredError,
  SignInNotFoundError,
  SignInUsedError,
} from './errors/callback.errors.js';
export { CotterConfigurationError } from './errors/configuration.error.js';
export { CotterError } from './errors/cotter.error.js';
export { InvalidIdentifierError, InvalidRedirectUrlError } from './errors/identifier.errors.js';
export {
  EndedFamilyError,
  InvalidGrantError,
  IssuerBusyError,
  IssuerFailedError,
  IssuerTimeoutError,
} from './errors/issuer.errors.js';
export {
  AccountDisabledError,
  IdentifierTakenError,
  IdentityMismatchError,
  IdentityMissingError,
  IdTokenMismatchError,
  LoginTokenRefusedError,
  RegistrationRefusedError,
} from './errors/login.errors.js';
export { RenewalPendingError } from './errors/renewal.errors.js';
export { BodyTooLargeError, InvalidBodyError, UnsupportedBodyError } from './errors/request.errors.js';
export {
  CrossSiteRequestError,
  SessionEndedError,
  SessionNotFoundError,
  SessionTooLargeError,
} from './errors/session.errors.js';
export { RevocationsUnavailableError, StoreUnavailableError } from './errors/store.errors.js';
export {
  InvalidTokenError,
  KeysUnavailableError,
  RevokedTokenError,
  type InvalidTokenCode,
  type TokenEvidence,
} from './errors/token.errors.js';
export { CotterExceptionFilter } from './http/cotter-exception.filter.js';
export { problemOf, type ProblemAnswer } from './http/problem-details.js';
export { HttpExchange, type Exchanged, type ResponseCookies } from './http/response-cookies.js';
export { refusalOf, type Refusal } from './http/refusal.js';
export { parseIdentifier, type Identifier, type IdentifierType } from './identifiers/identifier.js';
export type { CotterLoginHooks, LoginContext, RegistrationCandidate } from './login/login-hooks.js';
export { LoginService, type LoginCircumstances, type LoginResult } from './login/login.service.js';
export { LogoutService, type LogoutRequest } from './logout/logout.service.js';
export type { SessionsAnswer } from './logout/dto/sessions-answer.js';
export type { AuthorizationCallback, CallbackParameters } from './pkce/callback.js';
export { PkceService, type AuthorizeRequest, type BegunSignIn, type SignInRequest } from './pkce/pkce.service.js';
export type { RefreshAnswer } from './refresh/dto/refresh-answer.js';
export { RefreshService } from './refresh/refresh.service.js';
export { MemoryRefreshLedger } from './renewal/memory-refresh-ledger.js';
export {
  RefreshLedger,
  type Binding,
  type Claim,
  type ClaimRequest,
  type Completion,
  type CompletionOutcome,
  type LedgerTime,
  type TokenOwner,
  type WatchedClaim,
} from './renewal/refresh-ledger.js';
export type { RefreshedTokens } from './renewal/refreshed-tokens.js';
export { RenewalService } from './renewal/renewal.service.js';
export type { RevocationState } from './revocation/feed-state.js';
export { MemoryRevocationStore } from './revocation/memory-revocation.store.js';
export {
  revocationIdOf,
  type PersonPair,
  type RevocableSession,
  type RevocableToken,
  type Revocation,
  type RevocationChange,
  type Standing,
} from './revocation/revocation.js';
export { RevocationService } from './revocation/revocation.service.js';
export { RevocationStore, type RevocationFeed, type RevocationListener } from './revocation/revocation.store.js';
export { CookieSessions } from './session/cookie-sessions.js';
export { MemorySessionStore } from './session/memory-session.store.js';
export { SessionService, type SessionDescription, type SessionStart } from './session/session.service.js';
export { SessionStore } from './session/session.store.js';
export type { SessionRecord } from './session/session.js';
export type { Clock } from './tokens/clock.js';
export { KeyProvider } from './tokens/key-provider.js';
export type { CotterPrincipal } from './tokens/principal.js';
export {
  TokenVerifier,
  type TokenVerifierOptions,
  type TrustedIssuer,
  type VerifiedIdToken,
} from './tokens/token-verifier.js';
export type { AccountStanding, CotterAccount, IdentityPair, LoginRecord, NewAccount } from './users/account.js';
export { profileOf, type AccountProfile } from './users/account-profile.js';
export { UsersRepository, type Registration } from './users/users.repository.js';
export { UsersService } from './users/users.service.js';
