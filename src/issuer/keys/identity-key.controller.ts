import { Controller, Get, Header } from '@nestjs/common';

import { IssuerKeys } from './issuer-keys.js';

/**
 * Publishes the key that the signed identity and event objects are verified by. Cotter printed its own in the documentation; this path is
 * the issuer's invention. Not in the key set of the tokens: readers of Cotter's expect nothing but EC keys there.
 */
@Controller('api/v0/verify/public_key')
export class IdentityKeyController {
  constructor(private readonly keys: IssuerKeys) {}

  /** The 32 bytes of the key in base64, the form that Cotter's packages carry theirs in. */
  @Get()
  @Header('Cache-Control', 'public, max-age=60')
  getKey(): { algorithm: 'ED25519'; public_key: string } {
    return { algorithm: 'ED25519', public_key: this.keys.publishedIdentityKey };
  }
}
