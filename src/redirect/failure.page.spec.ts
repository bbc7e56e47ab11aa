import { createHash } from 'node:crypto';

import { AuthorizationRefusedError, SignInNotFoundError } from '../errors/callback.errors.js';
import { IssuerFailedError } from '../errors/issuer.errors.js';
import { RegistrationRefusedError } from '../errors/login.errors.js';
import { problemOf } from '../http/problem-details.js';
import { FAILURE_PAGE_HEADERS, failurePage } from './failure.page.js';

const LINKS = {
  againUrl: 'https://app.example.com/login?returnTo=%2Fa&b="><script>',
  homeUrl: 'https://app.example.com/',
};

describe('the page of a failed sign-in', () => {
  const page = failurePage(problemOf(new SignInNotFoundError()), LINKS);

  it('has the one style that its policy allows, and nothing else that a policy would have to', () => {
    const style = /<style>([^<]*)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(FAILURE_PAGE_HEADERS['Content-Security-Policy']).toContain(`style-src 'sha256-${hash}';`);
    expect(page.replace(style, '')).not.toMatch(/<script|<link|<img|<form|style=|\son\w+=/i);
  });

  it('says what it is in words, to eyes and ears, and leads on', () => {
    expect(page).toContain('<html lang="en"');
    expect(page).toMatch(/<title>This sign-in cannot be finished here<\/title>/);
    expect(page).toMatch(/<h1>This sign-in cannot be finished here<\/h1>/);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page).toContain('<a href="https://app.example.com/">');
    expect(page).toContain('sign_in_not_found');
  });

  it('escapes what stands in its links and its words', () => {
    expect(page).toContain('href="https://app.example.com/login?returnTo=%2Fa&amp;b=&quot;&gt;&lt;script&gt;"');
    const refused = failurePage(problemOf(new RegistrationRefusedError('Only <b>members</b> & friends.')), LINKS);
    expect(refused).toContain('Only &lt;b&gt;members&lt;/b&gt; &amp; friends.');
  });

  it('blames nobody for an outage, and repeats no word of the issuer', () => {
    const failed = failurePage(problemOf(new IssuerFailedError({ cause: new Error('secret words') })), LINKS);
    expect(failed).toContain('This is not your fault');
    expect(failed).not.toContain('secret words');
    expect(failurePage(problemOf(new AuthorizationRefusedError('call 555')), LINKS)).not.toContain('555');
  });
});
