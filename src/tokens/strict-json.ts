/** The JSON object in a text, or why there is none. */
export type StrictJson = { readonly object: Record<string, unknown> } | { readonly problem: string };

/**
 * Reads a JSON object, and refuses one with a member twice, at whatever depth: parsers differ in which of the two they take, so a token
 * could say one thing to a proxy and another one here.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-4 | RFC 7515, 4} and {@link https://www.rfc-editor.org/rfc/rfc7519#section-4 | RFC 7519, 4}
 */
export function parseStrictJson(text: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { problem: 'a JSON object' };
  return hasDoubleMember(text) ? { problem: 'each member once' } : { object: value as Record<string, unknown> };
}

/** @param text - Valid JSON, which is what makes so short a scanner enough. */
function hasDoubleMember(text: string): boolean {
  const members: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') members.push(new Set());
    else if (character === '[') members.push(null);
    else if (character === '}' || character === ']') members.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      const names = members.at(-1);
      if (names && isMemberName(text, end)) {
        const name = JSON.parse(text.slice(at, end)) as string;
        if (names.has(name)) return true;
        names.add(name);
      }
      at = end - 1;
    }
  }
  return false;
}

/** @returns the index behind the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isMemberName(text: string, end: number): boolean {
  let at = end;
  while (' \t\n\r'.includes(text.charAt(at))) at++;
  return text[at] === ':';
}
