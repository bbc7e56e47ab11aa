import type { RedirectUrl } from '../../identifiers/redirect-url.js';
import { html, type Html } from '../../http/html.js';
import type { Challenge } from '../challenges/challenge.entity.js';
import { layout } from './layout.js';
import { targetNote } from './return-note.js';

/** What the page of a mailed link shows. */
export interface LinkPageOptions {
  readonly clientName: string | null;
  readonly challenge: Pick<Challenge, 'identifier'>;
  /** The one that asked for the link. */
  readonly device: string;
  /** Where the click leads; `null` where it signs in the tab that asked. */
  readonly target: RedirectUrl | null;
}

/** Asks whoever opens a link whether they mean it: who wants to know, on which device, and what the click does. */
export function linkPage({ clientName, challenge, device, target }: LinkPageOptions): Html {
  const person = html`<b class="identifier">${challenge.identifier}</b>`;
  const { heading, lead, button } =
    target === null
      ? {
          heading: `Sign in on ${device}?`,
          lead: html`To ${clientName ?? 'the application'} as ${person}`,
          button: `Yes, sign in on ${device}`,
        }
      : {
          heading: clientName === null ? 'Sign in?' : `Sign in to ${clientName}?`,
          lead: html`As ${person}`,
          button: 'Sign in',
        };
  return layout({
    title: heading,
    depth: 0,
    footer: target && targetNote(target),
    body: html`<h1>${heading}</h1>
      <p class="lead">${lead}</p>
      ${target === null ? tabNote(device) : browserNote(device)}
      <form method="post">
        <button type="submit">${button}</button>
      </form>`,
  });
}

function tabNote(device: string): Html {
  return html`<p class="notice">
    Your click signs in <b>${device}</b>, where this link was asked for, whoever sits there. Go on only if that was you,
    a moment ago. If not, close this page.
  </p>`;
}

function browserNote(device: string): Html {
  return html`<p>
    This link was asked for on <b>${device}</b>. It works in the browser that asked for it. If that was not you, close
    this page.
  </p>`;
}
