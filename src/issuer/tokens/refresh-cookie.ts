import { Injectable } from '@nestjs/common';

import { cookieValuesOf, serializeCookie, type CookieAttributes } from '../../http/cookies.js';
import { headerValuesOf, type HeaderCarrier } from '../../http/platform.js';
import { isForeignOrigin } from '../../http/same-origin.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { IssuerSettings } from '../issuer-settings.js';
import { REFRESH_TOKEN_TTL_MS } from './refresh-tokens.js';

/**
 * The refresh token in a cookie, which Cotter's browser SDK falls back on where its own storage is empty. Pages of other sites have it sent,
 * since applications live elsewhere than the issuer; so it counts only with what no such page can send unasked: the header `API_KEY_ID`,
 * from an origin that the application has registered.
 *
 * @see {@link https://docs.cotter.app/getting-access-token/storing-and-removing-tokens | Cotter, Storing and Removing Tokens}
 */
@Injectable()
export class RefreshCookie {
  readonly #attributes: Omit<CookieAttributes, 'maxAgeSeconds'>;

  constructor(
    private readonly clients: IssuerClients,
    { publicUrl }: IssuerSettings,
  ) {
    const { protocol, pathname } = new URL(publicUrl);
    // In clear there is loopback only, where a cookie cannot cross sites, and need not: ports are of one site.
    const secure = protocol === 'https:';
    this.#attributes = { secure, crossSite: secure, path: `${pathname.replace(/\/$/, '')}/api/v0` };
  }

  /** The token that a request has in its cookie; `null` where it has none, more than one, or is not from the application. */
  read(request: HeaderCarrier, apiKeyId: string): string | null {
    if (!headerValuesOf(request, 'api_key_id').includes(apiKeyId) || !this.isKeptBy(request, apiKeyId)) return null;
    const values = cookieValuesOf(request, nameOf(apiKeyId));
    return values.length === 1 ? (values[0] ?? null) : null;
  }

  /**
   * Whether whoever sends a request may have the cookie: not the page of an origin that the application has not registered, which would
   * sign its visitor in as somebody of its own choice.
   */
  isKeptBy(request: HeaderCarrier, apiKeyId: string): boolean {
    const client = this.clients.find(apiKeyId);
    return client !== null && !isForeignOrigin(request, client.allowedOrigins);
  }

  /** The `Set-Cookie` field that keeps a token for as long as it is good. */
  header(token: string, apiKeyId: string): string {
    return serializeCookie(nameOf(apiKeyId), token, {
      ...this.#attributes,
      maxAgeSeconds: REFRESH_TOKEN_TTL_MS / 1000,
    });
  }

  /** The `Set-Cookie` field that takes it away. */
  clear(apiKeyId: string): string {
    return serializeCookie(nameOf(apiKeyId), '', { ...this.#attributes, maxAgeSeconds: 0 });
  }
}

/** Each application has its own: somebody may be signed in to several from one browser. */
function nameOf(apiKeyId: string): string {
  return `cotter-refresh-${apiKeyId}`;
}
