import { parsePhone } from './phone.js';

describe('a phone number', () => {
  it.each([
    ['+4915123456789', '+4915123456789'],
    ['+49 (151) 234-56789', '+4915123456789'],
    ['+1 650.253.0000', '+16502530000'],
    ['+1-650-253-0000', '+16502530000'],
    // "Possible", although no such range is in use: the issuer has proved it.
    ['+12345678910', '+12345678910'],
    ['+62 812-3456-7890', '+6281234567890'],
  ])('%s is %s', (text, e164) => {
    expect(parsePhone(text)).toBe(e164);
    expect(parsePhone(e164)).toBe(e164);
  });

  it.each([
    ['a national form', '0151 23456789'],
    ['the international prefix as digits', '004915123456789'],
    ['an extension', '+1 650 253 0000 ext. 12'],
    ['an extension by a semicolon', '+16502530000;ext=12'],
    ['two numbers', '+16502530000+16502530001'],
    ['a list', '+16502530000,+16502530001'],
    ['letters', '+1 650 FLOWERS'],
    ['a URI', 'tel:+16502530000'],
    ['a country code that does not exist', '+9991234567'],
    ['too few digits', '+1650'],
    ['too many digits', '+1650253000000000'],
    ['a plus sign alone', '+'],
    ['Arabic-Indic digits', '+١٦٥٠٢٥٣٠٠٠٠'],
    ['a full-width plus sign', '＋16502530000'],
    ['a line break', '+16502530000\n'],
    ['nothing', ''],
  ])('is not one with %s', (_, text) => {
    expect(parsePhone(text)).toBeNull();
  });
});
