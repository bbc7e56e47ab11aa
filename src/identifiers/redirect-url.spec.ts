import { InvalidRedirectUrlError } from '../errors/identifier.errors.js';
import { parseRedirectUrl, withQuery } from './redirect-url.js';

describe('a redirect URL', () => {
  it.each([
    ['https://app.example.com/callback', 'web'],
    ['https://app.example.com', 'web'],
    ['https://app.example.com:8443/callback?tenant=a', 'web'],
    ['https://xn--bcher-kva.example/callback', 'web'],
    ['https://127.0.0.1/callback', 'loopback'],
    ['http://localhost:3000/', 'loopback'],
    ['http://127.0.0.1:8395', 'loopback'],
    ['http://127.0.0.2:8395/', 'loopback'],
    ['http://[::1]:8395/callback', 'loopback'],
    // Other spellings of this machine still are this machine.
    ['http://127.1/', 'loopback'],
    ['http://0x7f.0.0.1/', 'loopback'],
    ['http://2130706433/', 'loopback'],
    ['http://LOCALHOST:3000/', 'loopback'],
    ['yourapp://', 'app'],
    ['yourapp://callback?tenant=a', 'app'],
    ['com.example.app:path', 'app'],
    ['com.example.app:/path', 'app'],
    ['my-app+beta2:path', 'app'],
  ])('may be %s, of kind %s, and keeps its spelling', (text, kind) => {
    expect(parseRedirectUrl(text)).toMatchObject({ kind, text });
  });

  it.each([
    // What runs, or opens something, where it is followed.
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'JAVASCRIPT://example.com/%0aalert(1)',
    'java\tscript:alert(1)',
    'java\nscript:alert(1)',
    ' javascript:alert(1)',
    '\u0000javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'Data:text/html;base64,PHNjcmlwdD4=',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://app.example.com/0e0e',
    'about:blank',
    'view-source:https://app.example.com',
    'ftp://app.example.com/',
    'ws://app.example.com/',
    // Not absolute.
    '',
    '/callback',
    'callback',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '?code=1',
    ':path',
    // Schemes that Cotter's guide rules out.
    'my_app://',
    'YourApp://',
    '1app://',
    'my app://',
    'müapp://',
    'my%61pp://',
    // http beyond this machine.
    'http://app.example.com/callback',
    'http://localhost.evil.example/',
    'http://127.0.0.1.evil.example/',
    'http://localhost./',
    'http://0.0.0.0:3000/',
    'http://10.0.0.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::]/',
    'http://128.1/',
    // Hosts that parsers read differently.
    'https:app.example.com',
    'https:/app.example.com',
    'https:///app.example.com',
    'https:\\\\app.example.com',
    'https://app.example.com\\@evil.example',
    'https://user@app.example.com/',
    'https://user:secret@app.example.com/',
    'https://@evil.example/',
    'https://:@evil.example/',
    'https://app.example.com@evil.example/',
    'http://localhost:3000@evil.example/',
    'https://?code=1',
    'https://',
    'https://app.example.com:99999/',
    'https://[::1',
    // Fragments, and what no Location field can carry.
    'https://app.example.com/#',
    'https://app.example.com/callback#access_token=1',
    'yourapp://callback#fragment',
    'https://app.example.com/call back',
    'https://app.example.com/\r\nSet-Cookie: a=b',
    'https://bücher.example/',
    'http://①②⑦.0.0.1/',
    'yourapp://ü',
    'https://app.example.com/\u202e',
    `https://app.example.com/${'a'.repeat(2048)}`,
  ])('is not %j', (text) => {
    expect(() => parseRedirectUrl(text)).toThrow(InvalidRedirectUrlError);
  });

  it.each([
    ['yourapp://', 'yourapp://?code=a+b&state=c'],
    ['com.example.app:path', 'com.example.app:path?code=a+b&state=c'],
    ['https://app.example.com/callback?tenant=a', 'https://app.example.com/callback?tenant=a&code=a+b&state=c'],
  ])('gets parameters: %s', (text, expected) => {
    expect(withQuery(text, { code: 'a b', state: 'c' })).toBe(expected);
  });
});
