import { Injectable } from '@nestjs/common';

import { ApiRefusedError } from '../http/api-refused.error.js';
import { textMember } from '../http/body-members.js';
import { identityMessage, REMEMBERED_MS } from '../identity/identity-token.js';
import { IssuerSettings } from '../issuer-settings.js';
import { IssuerKeys } from '../keys/issuer-keys.js';
import { IssuerUsers } from '../users/issuer-users.js';
import type { Proof } from './proof.js';

/** A fixed number of digits, so that none of them can be taken for the end of the member before. */
const EPOCH_SECONDS = /^\d{10}$/;

/** The older grant that makes tokens of the signed `token` of `get_identity`. */
@Injectable()
export class IdentityTokenGrant {
  constructor(
    private readonly settings: IssuerSettings,
    private readonly keys: IssuerKeys,
    private readonly users: IssuerUsers,
  ) {}

  /**
   * @param token - The member `identity_token`, as it came.
   * @throws {@link ApiRefusedError} where it was not signed here, has expired, or is another application's.
   */
  async redeem(token: unknown, apiKeyId: string): Promise<Proof> {
    const read = (name: string): string => textMember(token, name) ?? '';
    const [identifier, identifier_type, receiver, expire_at] = [
      read('identifier'),
      read('identifier_type'),
      read('receiver'),
      read('expire_at'),
    ];
    const expiresAt = EPOCH_SECONDS.test(expire_at) ? Number(expire_at) * 1000 : 0;
    const message = identityMessage({ identifier, identifier_type, receiver, expire_at });
    const isGood =
      receiver === apiKeyId && expiresAt > this.settings.clock() && this.keys.isSignedHere(message, read('signature'));
    const user = isGood ? await this.users.findByIdentifier(apiKeyId, identifier) : null;
    if (user?.identifierType !== identifier_type || user.verifiedAt === null) {
      throw new ApiRefusedError('identity_token is not valid');
    }
    return { user, authenticationMethod: 'OTP', authenticatedAt: expiresAt - REMEMBERED_MS };
  }
}
