import { verify as verifySignature, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

import { InvalidTokenError } from '../errors/token.errors.js';
import { checkClaims, findText, type CheckedClaims, type Claims } from './claims.js';
import { systemClock, type Clock } from './clock.js';
import { parseCompactJwt, type CompactJwt } from './compact-jwt.js';
import type { KeyProvider } from './key-provider.js';
import { createPrincipal, type CotterPrincipal } from './principal.js';

/** An issuer whose tokens are accepted: exactly this `iss`, and its own keys. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly keys: KeyProvider;
}

/** What a verifier accepts. */
export interface TokenVerifierOptions {
  readonly trustedIssuers: readonly TrustedIssuer[];
  /** The API key id. */
  readonly audience: string;
  readonly clockToleranceSeconds: number;
  readonly clock?: Clock;
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
  readonly issuer: string;
}

const ACCESS_TOKEN_TYPES = ['access_token', 'client_access_token'];
const ID_TOKEN_TYPES = ['id_token', 'client_id_token'];

// The callback form verifies in libuv's thread pool: the event loop stays free, and two cores verify at once.
const verifyInThreadPool = promisify(
  (input: Buffer, key: KeyObject, signature: Buffer, done: (error: Error | null, valid: boolean) => void) => {
    verifySignature('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature, done);
  },
);

/**
 * Decides whether a token is good. Nothing else in this package does: the guard and the login both ask here, so they agree.
 *
 * Structure, then the issuer (which chooses the keys), then the key by its exact `kid`, then the ES256 signature, and only then the
 * claims.
 */
export class TokenVerifier {
  readonly #options: Required<TokenVerifierOptions>;
  readonly #keysByIssuer: ReadonlyMap<string, KeyProvider>;

  constructor(options: TokenVerifierOptions) {
    this.#options = { clock: systemClock, onRefused: () => undefined, ...options };
    this.#keysByIssuer = new Map(options.trustedIssuers.map(({ issuer, keys }) => [issuer, keys]));
  }

  /**
   * Verifies an access token.
   *
   * @throws {@link InvalidTokenError} with the code of the rule that failed.
   * @throws {@link KeysUnavailableError} (`keys_unavailable`) where the issuer's keys are out of reach.
   * @see Cotter's guide "Verifying JWT Tokens"
   */
  async verifyAccessToken(token: string): Promise<CotterPrincipal> {
    const { claims, checked, issuer } = await this.#verify(token, ACCESS_TOKEN_TYPES);
    return createPrincipal(claims, checked, { issuer, audience: this.#options.audience });
  }

  /**
   * Verifies an ID token, which proves an identity and opens nothing.
   *
   * @throws as {@link verifyAccessToken} does.
   */
  async verifyIdToken(token: string): Promise<VerifiedIdToken> {
    const { claims, checked, issuer } = await this.#verify(token, ID_TOKEN_TYPES);
    return { subject: checked.subject, issuer, identifier: findText(claims, 'identifier'), claims };
  }

  async #verify(token: string, types: readonly string[]): Promise<Verified> {
    try {
      return await this.#check(token, types);
    } catch (error) {
      if (error instanceof InvalidTokenError) this.#options.onRefused(error);
      throw error;
    }
  }

  async #check(token: string, types: readonly string[]): Promise<Verified> {
    const jwt = parseCompactJwt(token);
    const { iss: issuer } = jwt.claims;
    const keys = typeof issuer === 'string' ? this.#keysByIssuer.get(issuer) : undefined;
    if (typeof issuer !== 'string' || keys === undefined) {
      throw new InvalidTokenError('invalid_issuer', { expected: [...this.#keysByIssuer.keys()], actual: issuer });
    }
    await assertSignature(jwt, keys);
    const rules = {
      audience: this.#options.audience,
      types,
      clockToleranceSeconds: this.#options.clockToleranceSeconds,
    };
    return { claims: jwt.claims, checked: checkClaims(jwt.claims, rules, this.#options.clock() / 1000), issuer };
  }
}

async function assertSignature(jwt: CompactJwt, keys: KeyProvider): Promise<void> {
  const key = await keys.findKey(jwt.kid);
  if (key === null) throw new InvalidTokenError('unknown_key', { expected: 'a published kid', actual: jwt.kid });
  if (!(await verifyInThreadPool(jwt.signingInput, key, jwt.signature)))
    throw new InvalidTokenError('invalid_signature');
}
