import { randomUUID } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import { SignJWT, type JWTPayload } from 'jose';

import { IssuerSettings } from '../issuer-settings.js';
import { IssuerKeys } from '../keys/issuer-keys.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
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
    return {
      access_token: await this.#mint(user, {
        authentication_method: authenticationMethod,
        type: 'client_access_token',
        scope: 'access',
      }),
      id_token: await this.#mint(user, {
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

  #mint(user: IssuerUser, ownClaims: JWTPayload): Promise<string> {
    const issuedAtSeconds = Math.floor(this.settings.clock() / 1000);
    return new SignJWT({
      ...ownClaims,
      client_user_id: user.id,
      identifier: user.identifier,
      // A string, never a list: Cotter's clients compare it.
      aud: user.apiKeyId,
      exp: issuedAtSeconds + this.settings.accessTokenTtlSeconds,
      iat: issuedAtSeconds,
      iss: this.settings.publicUrl,
      jti: randomUUID(),
      sub: user.id,
    })
      .setProtectedHeader({ alg: 'ES256', kid: this.keys.published.kid, typ: 'JWT' })
      .sign(this.keys.signingKey);
  }
}
