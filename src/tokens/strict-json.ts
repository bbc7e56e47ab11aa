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
  const text = bytes.toString(encoding);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'a JSON object' };
  const object = value as Record<string, unknown>;
  // Of two members with one name the parser keeps one, so that fewer strings are left than were written.
  return countStrings(object) === countWrittenStrings(text) ? { object } : { problem: 'each member once' };
}

/** The names of all members and the values that are text, at all depths. */
function countStrings(value: object): number {
  const members: unknown[] = Object.values(value);
  let count = Array.isArray(value) ? 0 : members.length;
  for (const member of members) {
    if (typeof member === 'string') count++;
    else if (typeof member === 'object' && member !== null) count += countStrings(member);
  }
  return count;
}

/** @param json - Valid, so that a backslash is inside of a string, and what is behind it ends none. */
function countWrittenStrings(json: string): number {
  const plain = json.includes('\\') ? json.replace(/\\./g, '') : json;
  let quotes = 0;
  for (let at = plain.indexOf('"'); at !== -1; at = plain.indexOf('"', at + 1)) quotes++;
  return quotes / 2;
}
