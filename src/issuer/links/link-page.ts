import type { Challenge } from '../challenges/challenge.entity.js';
import type { IssuerClient } from '../clients/issuer-client.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import type { LinkRequest } from './link-request.js';

type PageLink = Extract<LinkRequest, { kind: 'page' }>;

const MAX_PAGE_URL_LENGTH = 2048;
/** It travels in a URL, beside the page's own. */
const MAX_CLIENT_JSON_LENGTH = 2048;
/** What the link adds to the page's query. A page that was reached by a link before has them already. */
const OWN_PARAMETERS = ['auth_method', 'challenge', 'challenge_id', 'id_type', 'id', 'client_json'];

/**
 * Checks where a link leads, so that no link of the issuer leads anywhere else than to a page of the application that asked.
 *
 * @returns the link with its page's URL as browsers spell it.
 * @throws {@link ApiRefusedError} where the page is not registered, or `client_json` is no JSON object.
 */
export function checkPageLink({ kind, pageUrl, clientJson }: PageLink, client: IssuerClient | null): PageLink {
  const url = pageUrl.length <= MAX_PAGE_URL_LENGTH && URL.canParse(pageUrl) ? new URL(pageUrl) : null;
  if (url === null || client === null || !isRegistered(url, client)) {
    throw new ApiRefusedError('redirect_url is not a page that the application registered');
  }
  if (clientJson.length > MAX_CLIENT_JSON_LENGTH || !isJsonObject(clientJson)) {
    throw new ApiRefusedError('client_json must be a JSON object of at most 2048 characters');
  }
  return { kind, pageUrl: url.href, clientJson };
}

/**
 * The page with what its frame redeems.
 *
 * @param secret - Good for one redemption.
 * @see the sheet, 9.5
 */
export function linkPageUrl(challenge: Challenge, secret: string): string {
  const { id, identifier, identifierType, pageUrl, clientJson } = challenge;
  const url = new URL(pageUrl ?? '');
  // Touched only where it must be: a query that is written anew may be spelled otherwise.
  for (const name of OWN_PARAMETERS) if (url.searchParams.has(name)) url.searchParams.delete(name);
  const query = new URLSearchParams({
    auth_method: 'MAGIC_LINK',
    challenge: secret,
    challenge_id: String(id),
    id_type: identifierType,
    id: identifier,
    client_json: clientJson ?? '{}',
  });
  url.search = url.search === '' ? query.toString() : `${url.search}&${query.toString()}`;
  return url.href;
}

function isRegistered(url: URL, { allowedOrigins, allowedRedirects }: IssuerClient): boolean {
  const isWeb = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return isWeb && (allowedOrigins.has(url.origin) || allowedRedirects.some(({ text }) => text === url.href));
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
