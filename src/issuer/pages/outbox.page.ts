import type { CodeMessage } from '../delivery/code-sender.js';
import { html, type Html } from '../../http/html.js';
import { layout } from './layout.js';

/** @param messages - Newest first. */
export function outboxPage(messages: readonly CodeMessage[]): Html {
  return layout({
    title: 'Outbox (development)',
    depth: 0,
    wide: true,
    footer: html`The same as JSON, oldest first: <a href="outbox.json">outbox.json</a>`,
    body: html`<h1>Outbox</h1>
      <p class="notice">
        For development only: nothing is sent. Codes and links show up here, at this machine alone. Reload the page for
        new ones.
      </p>
      ${messages.length === 0 ? html`<p class="lead">Nothing yet.</p>` : table(messages)}`,
  });
}

function table(messages: readonly CodeMessage[]): Html {
  return html`<div class="scroll" role="region" aria-label="Messages" tabindex="0">
    <table>
      <caption class="unseen">
        Messages, newest first
      </caption>
      <thead>
        <tr>
          <th scope="col">Code or link</th>
          <th scope="col">To</th>
          <th scope="col">By</th>
          <th scope="col">At (UTC)</th>
        </tr>
      </thead>
      <tbody>
        ${messages.map(row)}
      </tbody>
    </table>
  </div>`;
}

function row({ to, channel, code, link, sentAt }: CodeMessage): Html {
  const at = sentAt.toISOString();
  return html`<tr>
    <td>${code === null ? html`<a href="${link}">Open the link</a>` : html`<code class="big">${code}</code>`}</td>
    <td class="identifier">${to}</td>
    <td>${channel === 'EMAIL' ? 'E-mail' : 'SMS'}</td>
    <td><time datetime="${at}">${at.slice(0, 10)} ${at.slice(11, 19)}</time></td>
  </tr> `;
}
