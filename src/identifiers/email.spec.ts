import { parseEmail } from './email.js';

describe('an e-mail address', () => {
  it.each([
    ['ann@example.com', 'ann@example.com'],
    ['Ann.Lee@EXAMPLE.Com', 'ann.lee@example.com'],
    ['ann+news@example.com', 'ann+news@example.com'],
    ["o'brien!#$%&*/=?^_`{|}~@example.com", "o'brien!#$%&*/=?^_`{|}~@example.com"],
    ['ann@localhost', 'ann@localhost'],
    ['ann@mail.example.co.uk', 'ann@mail.example.co.uk'],
    // NFC: a decomposed letter is the composed one.
    ['Rene\u0301@example.com', 'ren\u00e9@example.com'],
    ['ann@bu\u0308cher.example', 'ann@xn--bcher-kva.example'],
    ['ann@BÜCHER.example', 'ann@xn--bcher-kva.example'],
    ['ann@xn--bcher-kva.example', 'ann@xn--bcher-kva.example'],
    ['ann@XN--BCHER-KVA.example', 'ann@xn--bcher-kva.example'],
    ['ann@faß.de', 'ann@xn--fa-hia.de'],
    // Full-width letters and stops are one domain with the plain ones (UTS 46).
    ['ann@ｅxample。com', 'ann@example.com'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
  ])('%s is %s', (text, normal) => {
    expect(parseEmail(text)).toBe(normal);
  });

  it.each(['Ann@Example.com', 'RENÉ@BÜCHER.example', 'İpek@example.com', 'ΣΊΣΥΦΟΣ@example.com'])(
    'has a normal form that is its own: %s',
    (text) => {
      const normal = parseEmail(text) ?? '';
      expect(normal).not.toBe('');
      expect(parseEmail(normal)).toBe(normal);
    },
  );

  it.each([
    ['nothing', ''],
    ['a name', 'ann'],
    ['no local part', '@example.com'],
    ['no domain', 'ann@'],
    ['a list', 'ann@example.com,eve@example.org'],
    ['a list with semicolons', 'ann@example.com;eve@example.org'],
    ['a list with a space', 'ann@example.com eve@example.org'],
    ['a list in its local part', 'eve@example.org,ann@example.com'],
    ['a display name', 'Ann <ann@example.com>'],
    ['an address in angle brackets', '<ann@example.com>'],
    ['a quoted local part', '"ann"@example.com'],
    ['a quoted local part with a second address', '"ann@example.org "@example.com'],
    ['a comment', 'ann(a comment)@example.com'],
    ['a comment in its domain', 'ann@(a comment)example.com'],
    ['a header after a line break', 'ann@example.com\r\nBcc: eve@example.org'],
    ['an encoded line break', 'ann@example.com%0d%0aBcc:eve@example.org'],
    ['a line break in its local part', 'ann\r\n@example.com'],
    ['two at signs', 'ann@eve@example.com'],
    ['a space before the at sign', 'ann @example.com'],
    ['a space after the at sign', 'ann@ example.com'],
    ['a space in its local part', 'ann lee@example.com'],
    ['a space in its domain', 'ann@exam ple.com'],
    ['a tab in its domain', 'ann@exam\tple.com'],
    ['a no-break space', 'ann\u00a0lee@example.com'],
    ['a soft hyphen in its domain', 'ann@exam\u00adple.com'],
    ['a zero width space in its domain', 'ann@exam\u200bple.com'],
    ['a backslash', 'ann\\lee@example.com'],
    ['a colon, as in a route or a group', 'friends:ann@example.com'],
    ['an IPv4 literal', 'ann@[127.0.0.1]'],
    ['an IPv6 literal', 'ann@[IPv6:::1]'],
    ['an IPv4 address', 'ann@127.0.0.1'],
    ['an IPv4 address in hexadecimal', 'ann@0x7f.1'],
    ['an IPv4 address as a number', 'ann@2130706433'],
    ['a path', 'ann@example.com/eve'],
    ['a path by a backslash', 'ann@example.com\\eve'],
    ['a full-width path', 'ann@example.com／eve'],
    ['a query', 'ann@example.com?eve'],
    ['a fragment', 'ann@example.com#eve'],
    ['a port', 'ann@example.com:25'],
    ['a port that is the default of a protocol', 'ann@example.com:80'],
    ['a percent-encoded domain', 'ann@%65xample.com'],
    ['a full-width percent sign', 'ann@％65xample.com'],
    ['an underscore in its domain', 'ann@ex_ample.com'],
    ['a dot at the end', 'ann@example.com.'],
    ['a dot at the start of its domain', 'ann@.example.com'],
    ['an empty label', 'ann@example..com'],
    ['a label with a hyphen at its edge', 'ann@-example.com'],
    ['a broken A-label', 'ann@xn--a.example'],
    ['a dot at the start', '.ann@example.com'],
    ['a dot before the at sign', 'ann.@example.com'],
    ['two dots', 'ann..lee@example.com'],
    ['a full-width at sign', 'ann＠example.com'],
    ['a local part of 65 characters', `${'a'.repeat(65)}@example.com`],
    ['a label of 64 characters', `ann@${'a'.repeat(64)}.com`],
    ['a domain of 256 characters', `ann@${'a.'.repeat(127)}aa`],
  ])('is not one with %s', (_, text) => {
    expect(parseEmail(text)).toBeNull();
  });
});
