import type { KeyObject } from 'node:crypto';

import { InvalidTokenError, RevokedTokenError } from '../errors/token.errors.js';
import { checkClaims, findText, type CheckedClaims, type Claims } from './claims.js';
import { systemClock, type Clock } from './clock.js';
import { HeaderReader, parseCompactJwt, type CompactJwt } from './compact-jwt.js';
import type { KeyProvider } from './key-provider.js';
import { createPrincipal, type CotterPrincipal } from './principal.js';
import { SignatureCheck } from './signature-check.js';
import { VerifiedTokenCache } from './verified-token-cache.js';

/** An issuer whose tokens are accepted: exactly this `iss`, and its own keys. */
export interface TrustedIssuer {
  readonly issuer: string;
  /** The API key id that its tokens must be for. */
  readonly audience: string;
  readonly keys: KeyProvider;
  /** Its access tokens carry the time of the sign-in as `auth_time`, through every renewal. @defaultValue false */
  readonly keepsAuthTime?: boolean;
}

/** What a verifier accepts. */
export interface TokenVerifierOptions {
  readonly trustedIssuers: readonly TrustedIssuer[];
  readonly clockToleranceSeconds: number;
  readonly clock?: Clock;
  /** Of how many verified access tokens the verdict is kept, at about 1.5 KiB each; 0 keeps none. @defaultValue 20,000 */
  readonly maxCachedTokens?: number;
  /**
   * Asked for every access token, also one whose verdict is kept: whether it was revoked before its time. What it throws is the answer,
   * where that cannot be told.
   */
  readonly isRevoked?: (principal: CotterPrincipal) => boolean;
  /** Hears of every token that is refused. */
  readonly onRefused?: (refusal: InvalidTokenError) => void;
}

/** The identity in a verified ID token. */
export interface VerifiedIdToken {
  readonly subject: string;
  readonly issuer: string;
  readonly identifier: string | null;
  readonly claims: Claims;
}

interface Verified {
  readonly claims: Claims;
  readonly checked: CheckedClaims;
  readonly by: TrustedIssuer;
  readonly kid: string;
  readonly key: KeyObject;
}

const ACCESS_TOKEN_TYPES = ['access_token', 'client_access_token'];
const ID_TOKEN_TYPES = ['id_token', 'client_id_token'];

/**
 * Decides whether a token is good. Nothing else in this package does: the guard and the login both ask here, so they agree.
 *
 * Structure, then the issuer (which chooses the keys), then the key by its exact `kid`, then the ES256 signature, and only then the
 * claims.
 */
export class TokenVerifier {
  readonly #options: Required<TokenVerifierOptions>;
  readonly #trusted: ReadonlyMap<string, TrustedIssuer>;
  readonly #headers = new HeaderReader();
  readonly #signatures = new SignatureCheck();
  readonly #cache: VerifiedTokenCache;
  readonly #running = new Map<string, Promise<CotterPrincipal>>();

  constructor(options: TokenVerifierOptions) {
    this.#options = {
      clock: systemClock,
      maxCachedTokens: 20_000,
      isRevoked: () => false,
      onRefused: () => undefined,
      ...options,
    };
    this.#trusted = new Map(options.trustedIssuers.map((trusted) => [trusted.issuer, trusted]));
    this.#cache = new VerifiedTokenCache(this.#options.maxCachedTokens);
  }

  /**
   * The principal of an access token that this verifier has verified before, and that is as good now as it was then; `null` where that
   * takes a closer look. Never more generous than {@link verifyAccessToken}, and the way of almost every request.
   */
  findVerified(token: string): CotterPrincipal | null {
    const principal = this.#cache.find(token, this.#options.clock());
    return principal !== null && !this.#options.isRevoked(principal) ? principal : null;
  }

  /**
   * Verifies an access token. Calls with the same token at the same time share one verification.
   *
   * @throws {@link InvalidTokenError} with the code of the rule that failed.
   * @throws {@link KeysUnavailableError} (`keys_unavailable`) where the issuer's keys are out of reach.
   * @see Cotter's guide "Verifying JWT Tokens"
   */
  async verifyAccessToken(token: string): Promise<CotterPrincipal> {
    const known = this.findVerified(token);
    if (known !== null) return known;
    try {
      const verification = this.#findRunning(token) ?? this.#verifyAccessToken(token);
      return verification instanceof Promise ? await verification : verification;
    } catch (error) {
      throw this.#report(error);
    }
  }

  /**
   * Verifies an ID token, which proves an identity and opens nothing.
   *
   * @throws as {@link verifyAccessToken} does.
   */
  async verifyIdToken(token: string): Promise<VerifiedIdToken> {
    try {
      const { claims, checked, by } = await this.#verify(token, ID_TOKEN_TYPES);
      return { subject: checked.subject, issuer: by.issuer, identifier: findText(claims, 'identifier'), claims };
    } catch (error) {
      throw this.#report(error);
    }
  }

  /** Looking for a token costs a walk over all of its characters, which is saved where there is nothing to find. */
  #findRunning(token: string): Promise<CotterPrincipal> | undefined {
    return this.#running.size === 0 ? undefined : this.#running.get(token);
  }

  #verifyAccessToken(token: string): CotterPrincipal | Promise<CotterPrincipal> {
    const verification = this.#verify(token, ACCESS_TOKEN_TYPES);
    if (!(verification instanceof Promise)) return this.#accept(token, verification);
    const shared = verification
      .then((verified) => this.#accept(token, verified))
      .finally(() => this.#running.delete(token));
    this.#running.set(token, shared);
    return shared;
  }

  #accept(token: string, { claims, checked, by, kid, key }: Verified): CotterPrincipal {
    const { clockToleranceSeconds, isRevoked } = this.#options;
    const principal = createPrincipal(claims, checked, by);
    if (isRevoked(principal)) throw new RevokedTokenError(principal.issuer, principal.subject);
    const expiresAtMs = (checked.expiresAtSeconds + clockToleranceSeconds) * 1000;
    this.#cache.add({ token, principal, expiresAtMs, kid, key, keys: by.keys });
    return principal;
  }

  /** At once where the key is at hand and the signature is checked on the event loop: each promise would cost what a rule does. */
  #verify(token: string, types: readonly string[]): Verified | Promise<Verified> {
    const jwt = parseCompactJwt(token, this.#headers);
    const by = this.#issuerOf(jwt);
    const key = by.keys.peekKey(jwt.kid) ?? by.keys.findKey(jwt.kid);
    if (key instanceof Promise) return key.then((found) => this.#verifyBy(found, jwt, types, by));
    return this.#verifyBy(key, jwt, types, by);
  }

  #verifyBy(
    key: KeyObject | null,
    jwt: CompactJwt,
    types: readonly string[],
    by: TrustedIssuer,
  ): Verified | Promise<Verified> {
    if (key === null) throw new InvalidTokenError('unknown_key', { expected: 'a published kid', actual: jwt.kid });
    const isGood = this.#signatures.check(jwt, key);
    if (isGood instanceof Promise) return isGood.then((verdict) => this.#verifyClaims(verdict, jwt, types, by, key));
    return this.#verifyClaims(isGood, jwt, types, by, key);
  }

  #issuerOf({ claims: { iss: issuer } }: CompactJwt): TrustedIssuer {
    const by = typeof issuer === 'string' ? this.#trusted.get(issuer) : undefined;
    if (by !== undefined) return by;
    throw new InvalidTokenError('invalid_issuer', { expected: [...this.#trusted.keys()], actual: issuer });
  }

  #verifyClaims(
    isSignedBy: boolean,
    { claims, kid }: CompactJwt,
    types: readonly string[],
    by: TrustedIssuer,
    key: KeyObject,
  ): Verified {
    if (!isSignedBy) throw new InvalidTokenError('invalid_signature');
    const { clockToleranceSeconds, clock } = this.#options;
    const rules = { audience: by.audience, types, clockToleranceSeconds };
    return { claims, checked: checkClaims(claims, rules, clock() / 1000), by, kid, key };
  }

  #report(error: unknown): unknown {
    if (error instanceof InvalidTokenError) this.#options.onRefused(error);
    return error;
  }
}
