import { createHash } from 'node:crypto';

import { Html, html } from '../http/html.js';
import type { ProblemAnswer } from '../http/problem-details.js';

/** Where people may go from a sign-in that failed. */
export interface FailureLinks {
  readonly againUrl: string;
  readonly homeUrl: string;
}

interface Words {
  readonly title: string;
  readonly text: string;
}

const BROKEN_LINK: Words = {
  title: 'This link does not work',
  text: 'It is damaged, or it was never made by this site. Nothing has changed.',
};
const LATER: Words = {
  title: 'Signing in does not work at the moment',
  text: 'This is not your fault, and nothing is lost. Please wait a moment, then sign in again.',
};

/** By code, for those whose `detail` is written for developers. */
const WORDS: Readonly<Record<string, Words>> = {
  invalid_sign_in_request: BROKEN_LINK,
  invalid_callback: BROKEN_LINK,
  authorization_refused: {
    title: 'You are not signed in',
    text: 'The sign-in was cancelled or refused. Nothing has changed.',
  },
  sign_in_not_found: {
    title: 'This sign-in cannot be finished here',
    text:
      'It was begun in another browser, or more than ten minutes ago, or your browser does not keep the cookies of this site. ' +
      'Please finish it in the browser that you have begun it in, or sign in again.',
  },
  sign_in_expired: {
    title: 'This sign-in took too long',
    text: 'For your safety, a sign-in has to be finished within ten minutes. Please sign in again.',
  },
  sign_in_used: {
    title: 'This sign-in is over',
    text: 'Each sign-in can be finished once only, and this one has been. If you are not signed in, please sign in again.',
  },
  invalid_grant: {
    title: 'You are not signed in',
    text: 'Your code has expired, or it was used before. Please sign in again.',
  },
};

const STYLE = `
:root { color-scheme: light dark; --ground: #eef1f8; --card: #fff; --text: #141a2b; --quiet: #566079; --accent: #2f55d4; --on-accent: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #0e121c; --card: #171c29; --text: #edf0f8; --quiet: #a3adc4; --accent: #8fa9ff; --on-accent: #0d1430; }
}
*, *::before, *::after { box-sizing: border-box; }
html { font: 100%/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
body { display: grid; min-height: 100vh; margin: 0; padding: 1.5rem; place-items: center; background: var(--ground); color: var(--text); }
main { width: 100%; max-width: 30rem; padding: 2rem; border-radius: 1rem; background: var(--card); }
h1 { margin: 0 0 0.75rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1.5rem; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: 0.75rem; }
a { padding: 0.625rem 1rem; border: 1px solid var(--accent); border-radius: 0.5rem; color: var(--accent); text-decoration: none; }
a:first-child { background: var(--accent); color: var(--on-accent); }
a:hover { text-decoration: underline; }
a:focus-visible { outline: 3px solid var(--text); outline-offset: 2px; }
small { display: block; margin-top: 1.5rem; color: var(--quiet); }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
/** As one piece: a space more in it, and the hash would be of something else. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** The header fields of the page: no script, nothing from anywhere, in nobody's frame, and nobody learns the URL that it stands at. */
export const FAILURE_PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/** Tells a person why they are not signed in, and how to go on. Nothing of their request is in it. */
export function failurePage({ body }: ProblemAnswer, { againUrl, homeUrl }: FailureLinks): string {
  const { title, text } = wordsFor(body);
  return html`<!doctype html>
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p role="alert">${text}</p>
          <nav aria-label="How to go on">
            <a href="${againUrl}">Sign in again</a>
            <a href="${homeUrl}">Go to the start page</a>
          </nav>
          <small>For support: <code>${body.code}</code></small>
        </main>
      </body>
    </html> `.text;
}

function wordsFor({ code, status, detail }: ProblemAnswer['body']): Words {
  return WORDS[code] ?? (status >= 500 ? LATER : { title: 'You cannot sign in', text: detail });
}
