import { Injectable } from '@nestjs/common';

import { headerValuesOf, type PlatformRequest } from '../../http/platform.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { IssuerSettings } from '../issuer-settings.js';
import type { IssuerClient } from './issuer-client.js';

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
}
