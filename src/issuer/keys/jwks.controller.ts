import { Controller, Get, Header } from '@nestjs/common';

import { IssuerKeys, type PublishedKey } from './issuer-keys.js';

/** Publishes the keys that tokens are verified by. */
@Controller('api/v0/token/jwks')
export class JwksController {
  constructor(private readonly keys: IssuerKeys) {}

  /** Cached for a minute only, so that a withdrawn key is soon forgotten. */
  @Get()
  @Header('Cache-Control', 'public, max-age=60')
  getKeySet(): { keys: PublishedKey[] } {
    return { keys: [this.keys.published] };
  }
}
