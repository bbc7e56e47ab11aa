import { html, type Html } from '../../http/html.js';

/** What every page has. */
export interface LayoutOptions {
  readonly title: string;
  /** How many folders deep the page is: links are relative, so that the issuer works behind any name and path. */
  readonly depth: number;
  readonly body: Html;
  /** Below the card, in small letters. */
  readonly footer?: Html | null;
  /** Room for tables instead of a form. */
  readonly wide?: boolean;
}

/** A whole page. */
export function layout({ title, depth, body, footer = null, wide = false }: LayoutOptions): Html {
  const base = '../'.repeat(depth);
  return html`<!doctype html>
    <html lang="en" dir="ltr">
      ${documentHead(title, base)}
      <body>
        <main class="${wide ? 'card wide' : 'card'}">
          <img class="mark" src="${base}assets/issuer.svg" alt="" width="44" height="44" />
          ${body}
        </main>
        ${footer && html`<footer>${footer}</footer>`}
      </body>
    </html> `;
}

/**
 * The head of every document, frames included.
 *
 * @param base - From the document to the root: empty, or `../` as often as it takes.
 * @param script - A module's path below `assets/`; pages have none.
 */
export function documentHead(title: string, base: string, script: string | null = null): Html {
  return html`<head>
    <meta charset="utf-8" />
    <title>${title}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    <link rel="icon" href="${base}assets/issuer.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="${base}assets/issuer.css" />
    ${script && html`<script type="module" src="${base}assets/${script}"></script>`}
  </head>`;
}
