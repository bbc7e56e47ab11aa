import { InvalidIdentifierError } from '../errors/identifier.errors.js';
import { assertVisible } from './visible-text.js';

function isVisible(text: string): boolean {
  try {
    assertVisible(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidIdentifierError) return false;
    throw error;
  }
}

const unseen: readonly (readonly [string, number])[] = [
  ['a null character', 0x00],
  ['a tab', 0x09],
  ['a line feed', 0x0a],
  ['a carriage return', 0x0d],
  ['delete', 0x7f],
  ['a no-break space', 0xa0],
  ['a soft hyphen', 0xad],
  ['a combining grapheme joiner', 0x34f],
  ['an Arabic letter mark', 0x61c],
  ['a Hangul choseong filler', 0x115f],
  ['a Khmer inherent vowel', 0x17b4],
  ['a Mongolian vowel separator', 0x180e],
  ['an en space', 0x2002],
  ['a zero width space', 0x200b],
  ['a zero width non-joiner', 0x200c],
  ['a zero width joiner', 0x200d],
  ['a left-to-right mark', 0x200e],
  ['a line separator', 0x2028],
  ['a right-to-left override', 0x202e],
  ['a word joiner', 0x2060],
  ['a right-to-left isolate', 0x2067],
  ['the blank Braille pattern', 0x2800],
  ['an ideographic space', 0x3000],
  ['a Hangul filler', 0x3164],
  ['a private use character', 0xe000],
  ['half of a surrogate pair', 0xd800],
  ['a variation selector', 0xfe0f],
  ['a byte order mark', 0xfeff],
  ['a halfwidth Hangul filler', 0xffa0],
  ['an unassigned code point', 0x378],
  ['a noncharacter', 0xfffe],
  ['a language tag character', 0xe0061],
  ['a supplementary variation selector', 0xe0100],
];

describe('text of an identifier', () => {
  it.each(unseen)('is refused with %s (%i) at its start, in its middle, at its end', (_, codePoint) => {
    const character = String.fromCodePoint(codePoint);
    expect([`${character}ann`, `an${character}n`, `ann${character}`].map(isVisible)).toEqual([false, false, false]);
  });

  it.each(['ann', 'Ann Lee', '+49 151 234 56789', 'ann@example.com', 'Ünïcödé', '王小明', '한글', 'עברית', '🙂'])(
    'is accepted as %s',
    (text) => expect(isVisible(text)).toBe(true),
  );

  it.each(['', ' ', ' ann', 'ann ', 'ann  lee'])('is refused as "%s": a space is single, and inside', (text) => {
    expect(isVisible(text)).toBe(false);
  });
});
