import { html, type Html } from '../../http/html.js';
import { documentHead } from '../pages/layout.js';
import type { FrameParent } from './frame-request.js';

/** What every frame has. */
export interface FrameLayoutOptions {
  readonly title: string;
  readonly parent: Pick<FrameParent, 'origin' | 'id' | 'state'>;
  /** The script of the page, below `assets/`: `frame/browser/sign-in.js`. */
  readonly script: string;
  /** What the script is to know beside its parent, as `data-` attributes of the body. */
  readonly data?: Readonly<Record<string, string>>;
  readonly body: Html;
}

/** A whole page for a frame. Its size is its parent's choice, so it starts from small. */
export function frameLayout({ title, parent, script, data = {}, body }: FrameLayoutOptions): Html {
  const { origin, id, state } = parent;
  const attributes = Object.entries({ origin, id, state, ...data });
  return html`<!doctype html>
    <html lang="en" dir="ltr">
      ${documentHead(title, '', script)}
      <body class="frame" ${attributes.map(([name, value]) => html` data-${name}="${value}"`)}>
        <main class="card">${body}</main>
      </body>
    </html> `;
}
