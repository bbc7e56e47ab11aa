import type { Challenge } from '../challenges/challenge.entity.js';
import { html, type Html } from '../../http/html.js';
import { layout } from './layout.js';

/** What the page that sends another code or link shows. */
export interface ResendPageOptions {
  readonly clientName: string | null;
  readonly challenge: Pick<Challenge, 'identifier' | 'identifierType' | 'authMethod'>;
  readonly handle: string;
}

/** Offers another code or link. A page of its own, since opening a link must not send anything. */
export function resendPage({ clientName, challenge, handle }: ResendPageOptions): Html {
  const what = challenge.authMethod === 'MAGIC_LINK' ? 'link' : 'code';
  const where =
    challenge.identifierType === 'EMAIL'
      ? 'Mail can take a minute, and sometimes ends up among the spam.'
      : 'A message can take a minute.';
  return layout({
    title: `Send a new ${what}${clientName === null ? '' : ` - ${clientName}`}`,
    depth: 1,
    body: html`<h1>Send a new ${what}?</h1>
      <p class="lead">To <b class="identifier">${challenge.identifier}</b></p>
      <p>${where} The ${what} from before stops working when the new one is sent.</p>
      <form method="post">
        <button type="submit">Send a new ${what}</button>
      </form>
      <p class="links"><a href="code?handle=${handle}">Back, I have a ${what}</a></p>`,
  });
}
