import { headerValuesOf, type HeaderCarrier, type PlatformRequest } from '../../http/platform.js';
import { answerOf } from './member-of.js';

const AUTHORIZATION = 'authorization';

/** A credential that is there and is no text: a scheme without a token is refused as what it is. */
const UNREADABLE = 'Bearer';

/**
 * Credentials from wherever a transport has them, as `Authorization` fields, so that one set of rules reads them all: two that differ are
 * two fields, which nobody should guess about.
 */
export function authorizationFields(values: readonly unknown[]): { readonly rawHeaders: readonly string[] } {
  const texts = values.filter((value) => value !== undefined && value !== null).map(toText);
  return { rawHeaders: [...new Set(texts)].flatMap((text) => [AUTHORIZATION, text]) };
}

/** What the cookies of a handshake are sent with, and what tells who had the browser send them. */
const COOKIE_FIELDS = ['cookie', 'origin', 'sec-fetch-site'];

/**
 * The same for a connection that began with a handshake: its cookies are a credential too. Any page may open one, and do with it what the
 * application lets it; so a cookie counts as little as it does for a form, unless a page of the site has opened the connection.
 */
export function handshakeFields(handshake: PlatformRequest, values: readonly unknown[]): HeaderCarrier {
  const cookies = COOKIE_FIELDS.flatMap((name) => headerValuesOf(handshake, name).flatMap((value) => [name, value]));
  const { rawHeaders } = authorizationFields([...headerValuesOf(handshake, AUTHORIZATION), ...values]);
  return { rawHeaders: [...rawHeaders, ...cookies], method: 'CONNECT' };
}

/** Every value that goes by the name `authorization`, in any case, in a record or in headers that have `keys()` and `values(key)`. */
export function authorizationValues(headers: unknown): unknown[] {
  if (typeof headers !== 'object' || headers === null) return [];
  const keys = answerOf(headers, 'keys');
  const entries: [string, unknown][] = Array.isArray(keys)
    ? keys.map((key: string) => [key, answerOf(headers, 'values', key)])
    : Object.entries(headers);
  return entries.filter(([name]) => name.toLowerCase() === AUTHORIZATION).flatMap(([, value]) => value);
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('utf8') : UNREADABLE;
}
