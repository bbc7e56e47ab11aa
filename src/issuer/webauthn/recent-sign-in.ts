import { Injectable } from '@nestjs/common';

import type { PlatformRequest } from '../../http/platform.js';
import type { Proof } from '../grants/proof.js';
import { bearerTokenOf } from '../tokens/bearer-token.js';
import { OwnTokens } from '../tokens/own-tokens.js';
import { RefreshCookie } from '../tokens/refresh-cookie.js';
import { RefreshTokens } from '../tokens/refresh-tokens.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import { WebAuthnError } from './webauthn.error.js';

/** Finds out whether a person is signed in where a request comes from: only they may register a passkey of theirs. */
@Injectable()
export class RecentSignIn {
  constructor(
    private readonly ownTokens: OwnTokens,
    private readonly refreshTokens: RefreshTokens,
    private readonly cookie: RefreshCookie,
  ) {}

  /**
   * The sign-in that a request brings: an access token as bearer, else the refresh token in the cookie, which is not spent by this.
   *
   * @param user - `null` where the identifier belongs to nobody.
   * @throws {@link WebAuthnError} (`webauthn_not_signed_in`), the same one for a stranger.
   */
  async get(request: PlatformRequest, user: IssuerUser | null): Promise<Proof> {
    // Who has not proved the identifier may yet turn out to be somebody else.
    const owner = (user?.verifiedAt ?? null) === null ? null : user;
    const bearer = bearerTokenOf(request);
    const proof = owner && (await (bearer === null ? this.#byCookie(request, owner) : this.#byToken(bearer, owner)));
    if (proof === null) throw new WebAuthnError('webauthn_not_signed_in');
    return proof;
  }

  async #byToken(token: string, user: IssuerUser): Promise<Proof | null> {
    const claims = await this.ownTokens.verify(token, ['client_access_token'], user.apiKeyId);
    // One from before the identifier was proved names none.
    if (claims?.sub !== user.id || claims['identifier'] !== user.identifier) return null;
    const { authentication_method: authenticationMethod, iat = 0 } = claims;
    if (typeof authenticationMethod !== 'string') return null;
    return { user, authenticationMethod, authenticatedAt: iat * 1000 };
  }

  async #byCookie(request: PlatformRequest, user: IssuerUser): Promise<Proof | null> {
    const token = this.cookie.read(request, user.apiKeyId);
    const session = token === null ? null : await this.refreshTokens.find(token, user.apiKeyId);
    if (session?.userId !== user.id || session.trustEpoch !== user.trustEpoch) return null;
    return { user, authenticationMethod: session.authenticationMethod, authenticatedAt: session.authenticatedAt };
  }
}
