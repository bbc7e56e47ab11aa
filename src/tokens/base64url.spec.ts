import { decodeBase64Url } from './base64url.js';

function decode(text: string): Buffer | null {
  const characters = Buffer.from(text, 'latin1');
  const into = Buffer.alloc(characters.length);
  const end = decodeBase64Url(characters, 0, characters.length, into);
  return end === -1 ? null : into.subarray(0, end);
}

describe('base64url', () => {
  it('is decoded, whatever its length and its bytes', () => {
    for (let length = 1; length < 70; length++) {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 151 + length * 7) & 0xff));
      expect(decode(bytes.toString('base64url'))).toEqual(bytes);
    }
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    expect(decode(everyByte.toString('base64url'))).toEqual(everyByte);
  });

  it('is decoded from a part of a text to a place in a buffer, and nothing else is touched', () => {
    const into = Buffer.from('..........');
    expect(decodeBase64Url(Buffer.from('!!AQIDBA!!'), 2, 8, into, 3)).toBe(7);
    expect(into).toEqual(Buffer.from('...\u0001\u0002\u0003\u0004...'));
  });

  it('is decoded into the place of its own characters', () => {
    const bytes = Buffer.from('a text that is long enough');
    const text = Buffer.from(`head.${bytes.toString('base64url')}`);
    expect(text.subarray(5, decodeBase64Url(text, 5, text.length, text, 5))).toEqual(bytes);
  });

  it.each([
    ['nothing', ''],
    ['one character', 'A'],
    ['one character more than four', 'AAAAA'],
    ['padding', 'AA=='],
    ['padding of one', 'AAA='],
    ['the alphabet of RFC 4648, 4', 'AA+A'],
    ['its other half', 'AA/A'],
    ['white space', 'AA A'],
    ['white space at the end', 'AAA '],
    ['a dot', 'AA.A'],
    ['a byte above ASCII', 'AA\u00c1A'],
    ['the same, at the end', 'AAAAA\u00c1'],
    ['a zero byte', 'AAA\u0000'],
  ])('is refused with %s', (_case, text) => {
    expect(decode(text)).toBeNull();
  });

  it('has one spelling: no bit that is left over may be set', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const prefix of ['', 'AAAA', '_-09']) {
      expect([...alphabet].filter((last) => decode(`${prefix}A${last}`) !== null).join('')).toBe('AQgw');
      expect([...alphabet].filter((last) => decode(`${prefix}AA${last}`) !== null).join('')).toBe('AEIMQUYcgkosw048');
    }
  });

  it('is what Node writes, and nothing else is', () => {
    const characters = ['A', 'Q', 'g', '_', '-', '=', '+', ' ', '\u00ff'];
    for (let length = 1; length <= 4; length++) {
      for (let number = 0; number < characters.length ** length; number++) {
        const digits = Array.from({ length }, (_, at) => Math.floor(number / characters.length ** at));
        const text = digits.map((digit) => characters[digit % characters.length] ?? '').join('');
        const bytes = Buffer.from(text, 'base64url');
        expect(decode(text)).toEqual(bytes.toString('base64url') === text ? bytes : null);
      }
    }
  });
});
