import { CotterError } from '../../errors/cotter.error.js';
import { parseRedirectUrl, type RedirectUrl } from '../../identifiers/redirect-url.js';
import type { IssuerClient } from '../clients/issuer-client.js';
import type { IssuerClients } from '../clients/issuer-clients.js';
import { AuthorizeRefusedError } from './authorize-refused.error.js';

const CODE_CHALLENGE = /^[\w-]{43}$/;
const MAX_STATE_LENGTH = 2048;
const CONTROL = /\p{Cc}/u;

/*
 * The parameters that the authorize page and the frames have in common. Each reader throws AuthorizeRefusedError
 * (`invalid_authorize_request`), which names the parameter.
 */

export function getClient(query: URLSearchParams, clients: IssuerClients): IssuerClient {
  const client = clients.find(getOne(query, 'api_key'));
  if (client === null) throw new AuthorizeRefusedError('api_key', 'no application with this key is registered here.');
  return client;
}

export function getType(query: URLSearchParams): 'EMAIL' | 'PHONE' {
  const type = getOne(query, 'type');
  if (type !== 'EMAIL' && type !== 'PHONE') throw new AuthorizeRefusedError('type', 'it must be EMAIL or PHONE.');
  return type;
}

/** @param name - The authorize page and one of the frames spell it in two ways. */
export function getCodeChallenge(query: URLSearchParams, name: 'code_challenge' | 'challenge'): string {
  const codeChallenge = getOne(query, name);
  if (!CODE_CHALLENGE.test(codeChallenge)) {
    throw new AuthorizeRefusedError(name, 'it must be the S256 challenge: 43 characters of base64url.');
  }
  return codeChallenge;
}

export function getState(query: URLSearchParams): string {
  const state = getOne(query, 'state');
  if (state.length > MAX_STATE_LENGTH || CONTROL.test(state)) {
    throw new AuthorizeRefusedError('state', 'it must be at most 2048 characters, without control characters.');
  }
  return state;
}

/** The form of a redirect URL; whether it is registered is another question. */
export function readRedirectUrl(text: string): RedirectUrl {
  try {
    return parseRedirectUrl(text);
  } catch (error) {
    if (error instanceof CotterError) throw new AuthorizeRefusedError('redirect_url', error.detail);
    throw error;
  }
}

export function getOne(query: URLSearchParams, name: string): string {
  const value = findOne(query, name);
  if (value === '') throw new AuthorizeRefusedError(name, 'it is missing.');
  return value;
}

/** @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.1 | RFC 6749, 3.1}: no parameter more than once */
export function findOne(query: URLSearchParams, name: string): string {
  const [value = '', ...others] = query.getAll(name);
  if (others.length > 0) throw new AuthorizeRefusedError(name, 'it is given more than once.');
  return value;
}
