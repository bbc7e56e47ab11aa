import { html, type Html } from '../../http/html.js';
import { layout } from './layout.js';

/** What a page that tells something shows. */
export interface MessagePageOptions {
  readonly title: string;
  readonly message: string;
  readonly depth: number;
  /** The way on, where there is one. */
  readonly link?: { readonly url: string; readonly text: string } | null;
  /** For whoever wrote the application: which parameter is wrong, and how. */
  readonly details?: { readonly name: string; readonly text: string } | null;
}

/** Tells something, errors above all. */
export function messagePage({ title, message, depth, link = null, details = null }: MessagePageOptions): Html {
  return layout({
    title,
    depth,
    body: html`<h1>${title}</h1>
      <p class="lead" role="alert">${message}</p>
      ${details && html`<p class="details">For its developers: <code>${details.name}</code>: ${details.text}</p>`}
      ${link && html`<p><a class="button" href="${link.url}">${link.text}</a></p>`}`,
  });
}
