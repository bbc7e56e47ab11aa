const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** What each character stands for, by its code: six bits, or -1, which stays negative wherever it is shifted to. */
const SIX_BITS = Int8Array.from({ length: 256 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));

/**
 * Decodes base64url in the one spelling that RFC 7515 allows: no padding, no white space, no other alphabet, and no bits left over at the
 * end that are not zero. Node's own decoder takes all of those, so that one token could be written in many ways.
 *
 * @param text - Characters as bytes, from `start` to before `end`.
 * @param into - Gets the bytes from `at` on; may be `text` itself, since they never overtake the characters.
 * @returns behind the last byte in `into`; -1 where the text is spelled otherwise, or empty.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7515#section-2 | RFC 7515, 2} and {@link https://www.rfc-editor.org/rfc/rfc4648#section-3.5 | RFC 4648, 3.5}
 */
export function decodeBase64Url(text: Uint8Array, start: number, end: number, into: Uint8Array, at = 0): number {
  let from = start;
  let to = at;
  let seen = 0;
  for (; from + 4 <= end; from += 4) {
    const bits =
      (sixBits(text, from) << 18) |
      (sixBits(text, from + 1) << 12) |
      (sixBits(text, from + 2) << 6) |
      sixBits(text, from + 3);
    seen |= bits;
    into[to] = bits >> 16;
    into[to + 1] = bits >> 8;
    into[to + 2] = bits;
    to += 3;
  }
  const rest = end - from;
  if (seen < 0 || start >= end || rest === 1) return -1;
  if (rest === 0) return to;
  const last =
    (sixBits(text, from) << 12) | (sixBits(text, from + 1) << 6) | (rest === 3 ? sixBits(text, from + 2) : 0);
  const leftOver = rest === 3 ? last & 0x3 : last & 0x3ff;
  if (last < 0 || leftOver !== 0) return -1;
  into[to++] = last >> 10;
  if (rest === 3) into[to++] = last >> 2;
  return to;
}

function sixBits(text: Uint8Array, at: number): number {
  return SIX_BITS[text[at] ?? 0] ?? -1;
}
