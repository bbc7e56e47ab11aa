import { Injectable } from '@nestjs/common';

import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { IssuerSettings } from '../issuer-settings.js';
import { hashSecret, isSameHash } from '../secrets.js';
import type { IssuerClient } from './issuer-client.js';
import { SecretKeyError } from './secret-key.error.js';

const SECRET_KEY_HEADER = 'api_secret_key';

/** The applications that are registered here, by their API key id. */
@Injectable()
export class IssuerClients {
  readonly #byKey: ReadonlyMap<string, IssuerClient>;

  constructor(settings: IssuerSettings) {
    this.#byKey = new Map(settings.clients.map((client) => [client.apiKeyId, client]));
  }

  all(): Iterable<IssuerClient> {
    return this.#byKey.values();
  }

  find(apiKeyId: string): IssuerClient | null {
    return this.#byKey.get(apiKeyId) ?? null;
  }

  /**
   * The application that calls: by the header `API_KEY_ID`, by the key in the path, or by both where they agree.
   *
   * @throws {@link ApiRefusedError} where the request names none, more than one, or one that is not registered.
   */
  getCaller(request: PlatformRequest, keyInPath?: string): IssuerClient {
    const keys = new Set([...headerValuesOf(request, 'api_key_id'), ...(keyInPath === undefined ? [] : [keyInPath])]);
    const [apiKeyId] = keys;
    if (apiKeyId === undefined) throw new ApiRefusedError('The header API_KEY_ID is missing');
    const client = keys.size === 1 ? this.find(apiKeyId) : null;
    if (client === null) throw new ApiRefusedError('API_KEY_ID is not valid');
    return client;
  }

  /**
   * The application that calls, proved by the header `API_SECRET_KEY`.
   *
   * @throws {@link ApiRefusedError} as {@link getCaller} does; {@link SecretKeyError} where the secret key is missing or not its own.
   */
  getTrustedCaller(request: PlatformRequest, keyInPath?: string): IssuerClient {
    const client = this.getCaller(request, keyInPath);
    const [secretKey, ...others] = headerValuesOf(request, SECRET_KEY_HEADER);
    if (client.apiSecretKeyHash === null) throw new SecretKeyError('secret_key_unset');
    if (secretKey === undefined) throw new SecretKeyError('secret_key_missing');
    // Hashes are compared, in constant time: neither the length nor a common beginning shows in the duration.
    if (others.length > 0 || !isSameHash(hashSecret(secretKey), client.apiSecretKeyHash)) {
      throw new SecretKeyError('secret_key_wrong');
    }
    return client;
  }

  /** Whether a secret key came along. One that is wrong is refused where it is looked at, never taken for none. */
  bringsSecretKey(request: PlatformRequest): boolean {
    return headerValuesOf(request, SECRET_KEY_HEADER).length > 0;
  }
}
