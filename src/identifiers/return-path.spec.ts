import fc from 'fast-check';

import { hostilePaths } from '../../test/fixtures/hostile-paths.js';
import { runs, TIMEOUT_MS } from '../../test/properties/runs.js';
import { findReturnPath } from './return-path.js';

const SITE = 'https://app.example.com';
const SITES = [SITE, 'http://localhost:3000', 'http://[::1]:8080', 'https://app.example.com/below/here'];

describe('a path to return to', () => {
  it.each([
    '/',
    '/orders',
    '/orders/',
    '/orders/42?tab=items&sort=-date#latest',
    '/search?next=https://evil.example//x',
    '/a//b',
    '/a%5Cb',
    '/%2F%2Fevil.example',
    '/b%C3%BCcher',
    '/@evil.example',
    '/:80',
    '/javascript:alert(1)',
    '/.well-known/change-password',
    `/${'x'.repeat(2_047)}`,
  ])('may be %s', (path) => {
    expect(findReturnPath(path, SITE)).toBe(path);
  });

  it.each([
    ['/a/../orders', '/orders'],
    ['/a/./b', '/a/b'],
    ['/?', '/'],
    ['/a\\b', '/a/b'],
    ['/a/%2e%2e/orders', '/orders'],
    ['/../../orders', '/orders'],
    ['/"quoted"<b>', '/%22quoted%22%3Cb%3E'],
  ])('is what browsers make of %s', (given, path) => {
    expect(findReturnPath(given, SITE)).toBe(path);
  });

  it('has been tried in many spellings', () => {
    expect(new Set(hostilePaths).size).toBeGreaterThanOrEqual(40);
  });

  it.each(hostilePaths.map((path) => [JSON.stringify(path).slice(0, 60), path]))('is none in %s', (_shown, path) => {
    for (const site of SITES) expect(findReturnPath(path, site)).toBe(null);
  });

  it.each([undefined, null, 1, true, {}, [], ['/orders'], { toString: () => '/orders' }])('is no %j', (given) => {
    expect(findReturnPath(given, SITE)).toBe(null);
  });

  describe('leads nowhere else', () => {
    // What matters in URLs, far more often than chance would have it.
    const piece = fc.oneof(
      fc.constantFrom(
        '/',
        '//',
        '\\',
        '.',
        '..',
        ':',
        '@',
        '?',
        '#',
        '%',
        '%2f',
        '%5C',
        '%2e',
        '%09',
        '\t',
        '\n',
        '\r',
        ' ',
      ),
      fc.constantFrom(
        'evil.example',
        'https:',
        'javascript:',
        '[::1]',
        'localhost',
        '\u2044',
        '\uff0f',
        '\u3002',
        '\u0000',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.string({ maxLength: 3 }),
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    const spelling = fc.oneof(
      text,
      text.map((rest) => `/${rest}`),
      text.map((rest) => `/a/../${rest}`),
      fc.constantFrom(...hostilePaths).chain((path) => text.map((rest) => path + rest)),
    );

    it(
      'than to the site, by the URL standard, whatever is given',
      () => {
        let found = 0;
        fc.assert(
          fc.property(spelling, fc.constantFrom(...SITES), (given, site) => {
            const path = findReturnPath(given, site);
            if (path === null) return;
            found++;
            const url = new URL(path, `${site}/login/callback?code=a`);
            expect(url.origin).toBe(new URL(site).origin);
            expect(url.username + url.password).toBe('');
            // A header field takes it, and no browser takes anything out of it.
            expect(path).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
            // Whoever resolves it gets that very path, and whoever checks it again says the same.
            expect(url.pathname + url.search + url.hash).toBe(path);
            expect(findReturnPath(path, site)).toBe(path);
          }),
          runs(20_000),
        );
        expect(found).toBeGreaterThan(1_000);
      },
      TIMEOUT_MS,
    );

    it(
      'and every path of the site is found, as it is',
      () => {
        fc.assert(
          fc.property(fc.webPath({ size: 'small' }), fc.webQueryParameters(), (pathname, query) => {
            const url = new URL(`${pathname.replace(/^\/*/, '/')}${query === '' ? '' : `?${query}`}`, SITE);
            fc.pre(!url.pathname.startsWith('//'));
            const path = url.pathname + url.search;
            expect(findReturnPath(path, SITE)).toBe(path);
          }),
          runs(2_000),
        );
      },
      TIMEOUT_MS,
    );
  });
});
