import { isAscii, isUtf8 } from 'node:buffer';

/** The JSON object in a text, or why there is none. */
export type StrictJson = { readonly object: Record<string, unknown> } | { readonly problem: string };

/**
 * Reads a JSON object, and refuses bytes that are not UTF-8 (they would decode to replacement characters, and two different tokens would
 * say the same) and an object with a member twice, at whatever depth: parsers differ in which of the two they take, so a token could say
 * one thing to a proxy and another one here.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-4 | RFC 7515, 4} and {@link https://www.rfc-editor.org/rfc/rfc7519#section-4 | RFC 7519, 4}
 */
export function parseStrictJson(bytes: Buffer): StrictJson {
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8';
  if (encoding === 'utf8' && !isUtf8(bytes)) return { problem: 'UTF-8' };
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString(encoding));
  } catch {
    return { problem: 'JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'a JSON object' };
  const object = value as Record<string, unknown>;
  // Of two members with one name the parser keeps one, so that fewer are left than were written.
  return countMembers(object) === countWrittenMembers(bytes) ? { object } : { problem: 'each member once' };
}

function countMembers(value: object): number {
  const members: unknown[] = Object.values(value);
  let count = Array.isArray(value) ? 0 : members.length;
  for (const member of members) if (typeof member === 'object' && member !== null) count += countMembers(member);
  return count;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** @param json - Valid, so that every colon outside of a string stands behind the name of a member. */
function countWrittenMembers(json: Buffer): number {
  let count = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) inString = !inString;
    else if (inString) at += byte === BACKSLASH ? 1 : 0;
    else if (byte === COLON) count++;
  }
  return count;
}
