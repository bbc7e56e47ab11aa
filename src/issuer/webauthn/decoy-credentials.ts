import { createHmac } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { IssuerKeys } from '../keys/issuer-keys.js';

const PURPOSE = 'nestjs-cotter issuer: ids of credentials that nobody has';

/**
 * What stands in for the passkeys of somebody who has none: the question for a challenge tells no more than `exists` does, however often
 * it is asked.
 *
 * @see {@link https://www.w3.org/TR/webauthn-3/#sctn-username-enumeration | WebAuthn, Username Enumeration}
 */
@Injectable()
export class DecoyCredentials {
  readonly #key: Buffer;

  constructor(keys: IssuerKeys) {
    this.#key = keys.deriveSecret(PURPOSE);
  }

  /** The id of a credential, in base64url. */
  idFor(apiKeyId: string, rpId: string, identifier: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([apiKeyId, rpId, identifier]))
      .digest('base64url');
  }
}
