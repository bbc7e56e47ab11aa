import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { SignJWT, type JWTPayload } from 'jose';

import { IssuerSettings } from '../issuer-settings.js';
import { IssuerKeys } from '../keys/issuer-keys.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import { ownClaimsOf, type CustomClaims } from './custom-claims.js';
import type { OwnClaims } from './own-tokens.js';
import type { IssuedRefreshToken } from './refresh-tokens.js';
import type { TokenAnswer } from './token-answer.js';

/** Makes access and ID tokens with exactly the claims that Cotter's had. */
@Injectable()
export class TokenMinter {
  constructor(
    private readonly settings: IssuerSettings,
    private readonly keys: IssuerKeys,
  ) {}

  async mintTokens(user: IssuerUser, { session, refreshToken }: IssuedRefreshToken): Promise<TokenAnswer> {
    const { authenticationMethod, authenticatedAt } = session;
    const customClaims = session.customClaims === null ? {} : (JSON.parse(session.customClaims) as CustomClaims);
    return {
      access_token: await this.#mint(user, {
        ...customClaims,
        authentication_method: authenticationMethod,
        type: 'client_access_token',
        scope: 'access',
      }),
      id_token: await this.#mint(user, {
        ...customClaims,
        // A string on the wire. Cotter's own always said the year 1; this one tells the truth.
        auth_time: String(Math.floor(authenticatedAt / 1000)),
        type: 'client_id_token',
      }),
      refresh_token: refreshToken,
      expires_in: this.settings.accessTokenTtlSeconds,
      token_type: 'Bearer',
      auth_method: authenticationMethod,
    };
  }

  /** The same token with other custom claims. It ends when the first one does. */
  remint(claims: OwnClaims, customClaims: CustomClaims): Promise<string> {
    return this.#sign({ ...customClaims, ...ownClaimsOf(claims), jti: randomUUID() });
  }

  #mint(user: IssuerUser, claims: JWTPayload): Promise<string> {
    const issuedAtSeconds = Math.floor(this.settings.clock() / 1000);
    return this.#sign({
      ...claims,
      client_user_id: user.clientUserId ?? user.id,
      // What nobody has proved is no identity: an application that finds accounts by identifier would open somebody else's.
      ...(user.verifiedAt === null ? {} : { identifier: user.identifier }),
      // A string, never a list: Cotter's clients compare it.
      aud: user.apiKeyId,
      exp: issuedAtSeconds + this.settings.accessTokenTtlSeconds,
      iat: issuedAtSeconds,
      iss: this.settings.publicUrl,
      jti: randomUUID(),
      sub: user.id,
    });
  }

  #sign(claims: JWTPayload): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: this.keys.published.kid, typ: 'JWT' })
      .sign(this.keys.signingKey);
  }
}
