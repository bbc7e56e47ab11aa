// @ts-check
/** Colours that a page asks for. They are taken where they are colours, and where what stands on them can be read. */

/** @typedef {[red: number, green: number, blue: number]} Colour each from 0 to 255 */

const HEX = /^#([\da-f]{3}|[\da-f]{6})$/i;
const RGB = /^rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,\s*(?:1|1\.0+)\s*)?\)$/;
/** WCAG 2.2, 1.4.3: of text and what it stands on. */
const ENOUGH = 4.5;

/**
 * Opaque colours as `#rgb`, `#rrggbb` or `rgb(r, g, b)`.
 *
 * @param {unknown} value
 * @returns {Colour | null}
 */
export function parseColour(value) {
  if (typeof value !== 'string') return null;
  const text = value.trim();
  const hex = HEX.exec(text)?.[1];
  if (hex !== undefined) {
    const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit) : (hex.match(/../g) ?? []);
    const [red = 0, green = 0, blue = 0] = digits.map((pair) => Number.parseInt(pair, 16));
    return [red, green, blue];
  }
  const parts = RGB.exec(text)?.slice(1, 4).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return null;
  const [red = 0, green = 0, blue = 0] = parts;
  return [red, green, blue];
}

/** @param {Colour} colour */
export function cssOf(colour) {
  return `rgb(${colour.join(' ')})`;
}

/**
 * @param {Colour} text
 * @param {Colour} ground
 */
export function isReadable(text, ground) {
  const [lighter, darker] = [luminance(text), luminance(ground)].sort((a, b) => b - a);
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05) >= ENOUGH;
}

/**
 * Black or white, whichever is better to read: one of the two always is.
 *
 * @param {Colour} ground
 * @returns {Colour}
 */
export function textOn(ground) {
  return isReadable([255, 255, 255], ground) ? [255, 255, 255] : [0, 0, 0];
}

/**
 * @param {Colour} colour
 * @returns {number} WCAG's relative luminance, from 0 to 1
 */
function luminance(colour) {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
