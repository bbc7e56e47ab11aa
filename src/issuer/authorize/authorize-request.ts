import type { RedirectUrl } from '../../identifiers/redirect-url.js';
import type { IssuerClient } from '../clients/issuer-client.js';
import type { IssuerClients } from '../clients/issuer-clients.js';
import { isAllowedRedirect } from '../clients/redirect-allow-list.js';
import {
  findOne,
  getClient,
  getCodeChallenge,
  getOne,
  getState,
  getType,
  readRedirectUrl,
} from './authorize-parameters.js';
import { AuthorizeRefusedError } from './authorize-refused.error.js';

/** A checked authorize request. */
export interface AuthorizeRequest {
  readonly client: IssuerClient;
  readonly redirectUrl: RedirectUrl;
  readonly type: 'EMAIL' | 'PHONE';
  /** What is sent: a code, unless a link is asked for. */
  readonly authMethod: 'OTP' | 'MAGIC_LINK';
  /** S256 of the verifier; there is no other method here. */
  readonly codeChallenge: string;
  /** Comes back unchanged. */
  readonly state: string;
  /** What the identifier field starts with. */
  readonly input: string;
  /** Whether `input` is to be taken as if it had been typed and sent. */
  readonly directLogin: boolean;
}

const MAX_INPUT_LENGTH = 400;

/**
 * Reads the query of the authorize page.
 *
 * @throws {@link AuthorizeRefusedError} (`invalid_authorize_request`) for everything that no code may come of.
 */
export function parseAuthorizeRequest(query: URLSearchParams, clients: IssuerClients): AuthorizeRequest {
  const client = getClient(query, clients);
  const redirectUrl = getRedirectUrl(query, client);
  const type = getType(query);
  const codeChallenge = getCodeChallenge(query, 'code_challenge');
  const state = getState(query);
  const authMethod = findOne(query, 'auth_method') || 'OTP';
  if (authMethod !== 'OTP' && authMethod !== 'MAGIC_LINK') {
    throw new AuthorizeRefusedError('auth_method', 'it must be OTP or MAGIC_LINK where it is given.');
  }
  const input = findOne(query, 'input').slice(0, MAX_INPUT_LENGTH);
  const directLogin = findOne(query, 'direct_login') === 'true' && input !== '';
  return { client, redirectUrl, type, authMethod, codeChallenge, state, input, directLogin };
}

function getRedirectUrl(query: URLSearchParams, client: IssuerClient): RedirectUrl {
  const redirectUrl = readRedirectUrl(getOne(query, 'redirect_url'));
  if (!isAllowedRedirect(redirectUrl, client.allowedRedirects)) {
    throw new AuthorizeRefusedError('redirect_url', 'it is not on the list that the application registered.');
  }
  return redirectUrl;
}
