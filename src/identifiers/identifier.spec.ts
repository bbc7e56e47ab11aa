import { InvalidIdentifierError } from '../errors/identifier.errors.js';
import { isSameIdentifier, MAX_IDENTIFIER_LENGTH, parseIdentifier } from './identifier.js';

describe('an identifier', () => {
  it.each([
    ['Ann@Example.com', 'EMAIL', 'ann@example.com'],
    ['+49 151 23456789', 'PHONE', '+4915123456789'],
    ['ann', 'USERNAME', 'ann'],
    ['Ann Lee', 'USERNAME', 'Ann Lee'],
    ['Rene\u0301', 'USERNAME', 'Ren\u00e9'],
    // What only resembles an address links to nobody's account.
    ['ann @example.com', 'USERNAME', 'ann @example.com'],
    ['ann@example.com/eve', 'USERNAME', 'ann@example.com/eve'],
    ['ann@example.com,eve@example.org', 'USERNAME', 'ann@example.com,eve@example.org'],
    ['"ann"@example.com', 'USERNAME', '"ann"@example.com'],
    ['0151 23456789', 'USERNAME', '0151 23456789'],
  ] as const)('%s is of type %s, with the normal form %s', (text, type, value) => {
    expect(parseIdentifier(text)).toEqual({ type, value });
  });

  it.each([
    ['nothing', ''],
    ['a space at the end', 'ann@example.com '],
    ['a line break and a header', 'ann@example.com\r\nBcc: eve@example.org'],
    ['a zero width space', 'ann\u200b@example.com'],
    ['a right-to-left override', 'moc.elpmaxe@nna\u202e'],
    ['a soft hyphen in a phone number', '+49151\u00ad23456789'],
    ['more than it may have', 'a'.repeat(MAX_IDENTIFIER_LENGTH + 1)],
  ])('is refused with %s, and the error does not repeat it', (_, text) => {
    const parse = () => parseIdentifier(text);
    expect(parse).toThrow(InvalidIdentifierError);
    expect(parse).not.toThrow(/ann@|aaaa|49151/);
  });

  it('is the same in another spelling', () => {
    expect(isSameIdentifier('Ann@EXAMPLE.com', 'ann@example.com')).toBe(true);
    expect(isSameIdentifier('+49 151 23456789', '+4915123456789')).toBe(true);
    expect(isSameIdentifier('ann@example.com', 'eve@example.com')).toBe(false);
    expect(isSameIdentifier('ann\u200b@example.com', 'ann\u200b@example.com')).toBe(false);
  });
});
