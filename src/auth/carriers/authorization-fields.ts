import type { HeaderCarrier } from '../../http/platform.js';
import { answerOf } from './member-of.js';

const AUTHORIZATION = 'authorization';

/** A credential that is there and is no text: a scheme without a token is refused as what it is. */
const UNREADABLE = 'Bearer';

/**
 * Credentials from wherever a transport has them, as `Authorization` fields, so that one set of rules reads them all: two that differ are
 * two fields, which nobody should guess about.
 */
export function authorizationFields(values: readonly unknown[]): HeaderCarrier {
  const texts = values.filter((value) => value !== undefined && value !== null).map(toText);
  return { rawHeaders: [...new Set(texts)].flatMap((text) => [AUTHORIZATION, text]) };
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
