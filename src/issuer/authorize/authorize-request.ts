import { CotterError } from '../../errors/cotter.error.js';
import { parseRedirectUrl, type RedirectUrl } from '../../identifiers/redirect-url.js';
import type { IssuerClient } from '../clients/issuer-client.js';
import type { IssuerClients } from '../clients/issuer-clients.js';
import { isAllowedRedirect } from '../clients/redirect-allow-list.js';
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

const CODE_CHALLENGE = /^[\w-]{43}$/;
const MAX_STATE_LENGTH = 2048;
const MAX_INPUT_LENGTH = 400;
const CONTROL = /\p{Cc}/u;

/**
 * Reads the query of the authorize page.
 *
 * @throws {@link AuthorizeRefusedError} (`invalid_authorize_request`) for everything that no code may come of.
 */
export function parseAuthorizeRequest(query: URLSearchParams, clients: IssuerClients): AuthorizeRequest {
  const client = clients.find(getOne(query, 'api_key'));
  if (client === null) throw new AuthorizeRefusedError('api_key', 'no application with this key is registered here.');
  const redirectUrl = readRedirectUrl(getOne(query, 'redirect_url'), client);
  const type = getOne(query, 'type');
  if (type !== 'EMAIL' && type !== 'PHONE') throw new AuthorizeRefusedError('type', 'it must be EMAIL or PHONE.');
  const codeChallenge = getOne(query, 'code_challenge');
  if (!CODE_CHALLENGE.test(codeChallenge)) {
    throw new AuthorizeRefusedError('code_challenge', 'it must be the S256 challenge: 43 characters of base64url.');
  }
  const state = getOne(query, 'state');
  if (state.length > MAX_STATE_LENGTH || CONTROL.test(state)) {
    throw new AuthorizeRefusedError('state', 'it must be at most 2048 characters, without control characters.');
  }
  const authMethod = findOne(query, 'auth_method') || 'OTP';
  if (authMethod !== 'OTP' && authMethod !== 'MAGIC_LINK') {
    throw new AuthorizeRefusedError('auth_method', 'it must be OTP or MAGIC_LINK where it is given.');
  }
  const input = findOne(query, 'input').slice(0, MAX_INPUT_LENGTH);
  const directLogin = findOne(query, 'direct_login') === 'true' && input !== '';
  return { client, redirectUrl, type, authMethod, codeChallenge, state, input, directLogin };
}

function readRedirectUrl(text: string, client: IssuerClient): RedirectUrl {
  const redirectUrl = parse(text);
  if (!isAllowedRedirect(redirectUrl, client.allowedRedirects)) {
    throw new AuthorizeRefusedError('redirect_url', 'it is not on the list that the application registered.');
  }
  return redirectUrl;
}

function parse(text: string): RedirectUrl {
  try {
    return parseRedirectUrl(text);
  } catch (error) {
    if (error instanceof CotterError) throw new AuthorizeRefusedError('redirect_url', error.detail);
    throw error;
  }
}

function getOne(query: URLSearchParams, name: string): string {
  const value = findOne(query, name);
  if (value === '') throw new AuthorizeRefusedError(name, 'it is missing.');
  return value;
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 | RFC 6749, 3.1}: no parameter more than once */
function findOne(query: URLSearchParams, name: string): string {
  const [value = '', ...others] = query.getAll(name);
  if (others.length > 0) throw new AuthorizeRefusedError(name, 'it is given more than once.');
  return value;
}
