import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, type JWTPayload } from 'jose';

import { IssuerSettings } from '../issuer-settings.js';
import { IssuerKeys } from '../keys/issuer-keys.js';

/** The claims of a token that was minted here, with what every one of them has. */
export type OwnClaims = JWTPayload & { readonly sub: string; readonly aud: string; readonly type: OwnTokenType };
export type OwnTokenType = 'client_access_token' | 'client_id_token';

/** Verifies tokens that come back to where they were minted. */
@Injectable()
export class OwnTokens {
  constructor(
    private readonly settings: IssuerSettings,
    private readonly keys: IssuerKeys,
  ) {}

  /**
   * @param apiKeyId - The application that the token must be for; `null` where any will do.
   * @returns `null` where the token is not from here, has expired, or is of another type or for another application.
   */
  async verify(token: string, types: readonly OwnTokenType[], apiKeyId: string | null): Promise<OwnClaims | null> {
    try {
      const { payload } = await jwtVerify(token, this.keys.verificationKey, {
        algorithms: ['ES256'],
        issuer: this.settings.publicUrl,
        requiredClaims: ['exp', 'sub', 'aud', 'type'],
        currentDate: new Date(this.settings.clock()),
        ...(apiKeyId === null ? {} : { audience: apiKeyId }),
      });
      return isOwn(payload) && types.includes(payload.type) ? payload : null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}

function isOwn(payload: JWTPayload): payload is OwnClaims {
  const { sub, aud, type } = payload;
  return (
    typeof sub === 'string' && typeof aud === 'string' && (type === 'client_access_token' || type === 'client_id_token')
  );
}
