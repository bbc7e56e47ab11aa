import { prefersHtml } from './accepted-media.js';

const prefers = (...fields: string[]) => prefersHtml({ rawHeaders: fields.flatMap((field) => ['Accept', field]) });

describe('a page or problem details', () => {
  it.each([
    // Firefox, Chromium and Safari, as they open a page.
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
    'text/html',
    'TEXT/HTML',
    'text/html; charset=utf-8',
    'text/*',
    'text/html;q=0.001',
    'text/html, */*',
    '*/*, text/html',
    'application/json;q=0.5, text/html;q=0.6',
    'application/json;q=0, application/problem+json;q=0, */*',
    'text/html , application/json ; q=0.9',
    'application/*;q=0.9, text/html',
  ])('is a page for %s', (accept) => {
    expect(prefers(accept)).toBe(true);
  });

  it.each([
    '*/*',
    '*/*;q=0.1',
    'application/json',
    'application/problem+json',
    'application/json, text/plain, */*',
    'application/json, text/html',
    'text/html, application/json',
    'text/html, application/problem+json;q=1.0',
    'text/html;q=0',
    'text/html;q=0, */*',
    'text/html;q=0.000, text/*',
    'text/html;q=0.8, */*;q=0.9',
    'text/html;q=0.5, application/problem+json;q=0.6, application/json;q=0.1',
    'text/html;level=1',
    'image/png',
    '',
    ',,;,',
    'text/html;q=2',
    'text/html;q=high',
    'text/html;q=',
    'html',
    'text',
    'xtext/html',
    '/',
  ])('is problem details for "%s"', (accept) => {
    expect(prefers(accept)).toBe(false);
  });

  it('is problem details for who asks for nothing', () => {
    expect(prefers()).toBe(false);
  });

  it('is decided by all fields together', () => {
    expect(prefers('application/json;q=0.2', 'text/html;q=0.3')).toBe(true);
    expect(prefers('text/html;q=0.3', 'application/json')).toBe(false);
  });
});
