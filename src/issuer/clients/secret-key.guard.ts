import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

import type { PlatformRequest } from '../../http/platform.js';
import { IssuerClients } from './issuer-clients.js';

/**
 * Lets through requests that carry the headers `API_KEY_ID` and `API_SECRET_KEY` of one registered application.
 *
 * @throws {@link SecretKeyError} (`secret_key_missing`, `secret_key_wrong`, `secret_key_unset`), {@link ApiRefusedError}
 */
@Injectable()
export class SecretKeyGuard implements CanActivate {
  constructor(private readonly clients: IssuerClients) {}

  canActivate(context: ExecutionContext): boolean {
    this.clients.getTrustedCaller(context.switchToHttp().getRequest<PlatformRequest>());
    return true;
  }
}
