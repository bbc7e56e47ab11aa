import { CotterError } from '../../src/errors/cotter.error.js';
import { parseRedirectUrl } from '../../src/identifiers/redirect-url.js';
import { isAllowedRedirect } from '../../src/issuer/clients/redirect-allow-list.js';

const ALLOWED = [
  'https://app.example.com/cb',
  'https://app.example.com:8443/cb?a=1',
  'http://127.0.0.1/cb',
  'http://localhost:3000/',
  'http://[::1]:5000/x?y=1',
  'https://localhost:3443/',
  'yourapp://',
  'com.example.app:done',
].map(parseRedirectUrl);

function isAllowed(text: string): boolean {
  try {
    return isAllowedRedirect(parseRedirectUrl(text), ALLOWED);
  } catch (error) {
    if (error instanceof CotterError) return false;
    throw error;
  }
}

describe('the list of redirect URLs', () => {
  it.each([
    'https://app.example.com/cb',
    'https://app.example.com:8443/cb?a=1',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:8395/cb',
    'http://127.0.0.1:1/cb',
    'http://localhost:3000/',
    'http://localhost:41234/',
    'http://localhost:41234',
    'http://localhost/',
    'http://[::1]/x?y=1',
    'http://[::1]:65535/x?y=1',
    'https://localhost:3443/',
    'yourapp://',
    'com.example.app:done',
  ])('lets a code go to %s', (text) => {
    expect(isAllowed(text)).toBe(true);
  });

  it.each([
    '',
    '/cb',
    '//evil.example/cb',
    '/\\evil.example',
    '\\\\evil.example',
    'https:evil.example',
    'https:/app.example.com/cb',
    'https:///app.example.com/cb',
    'https://app.example.com',
    'https://app.example.com/',
    'https://app.example.com/cb/',
    'https://app.example.com/cb/../evil',
    'https://app.example.com/cb%2f',
    'https://app.example.com/CB',
    'https://APP.example.com/cb',
    'HTTPS://app.example.com/cb',
    'https://app.example.com/cb?a=1',
    'https://app.example.com/cb#x',
    'https://app.example.com/cb?',
    'https://app.example.com:443/cb',
    'https://app.example.com:8444/cb?a=1',
    'https://app.example.com.evil.example/cb',
    'https://app.example.com@evil.example/cb',
    'https://user:pass@app.example.com/cb',
    'https://evil.example/https://app.example.com/cb',
    'http://app.example.com/cb',
    'http://127.0.0.1:8395',
    'http://127.0.0.1:8395/cb/x',
    'http://127.0.0.1:8395/cb?x',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:8395:1/cb',
    'http://127.0.0.1:@evil.example/cb',
    'http://127.0.0.1@evil.example/cb',
    'http://127.0.0.2/cb',
    'http://127.1/cb',
    'http://2130706433/cb',
    'http://LOCALHOST:3000/',
    'http://localhost.evil.example:3000/',
    'http://localhost:3000//',
    'https://localhost:3000/',
    'https://localhost:3444/',
    'http://[::2]:5000/x?y=1',
    'yourapp://x',
    'yourapp:',
    'YOURAPP://',
    'otherapp://',
    'com.example.app:done/x',
    'com_example:done',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    ' yourapp://',
    'yourapp://\n',
  ])('lets no code go to %j', (text) => {
    expect(isAllowed(text)).toBe(false);
  });
});
