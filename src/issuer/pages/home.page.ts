import { html, type Html } from '../../http/html.js';
import { layout } from './layout.js';

/** Says what this server is to whoever stumbles upon it. */
export function homePage({ hasOutbox }: { readonly hasOutbox: boolean }): Html {
  return layout({
    title: 'Sign-in server',
    depth: 0,
    body: html`<h1>Sign-in server</h1>
      <p class="lead">Applications send you here to prove your e-mail address or phone number, without a password.</p>
      <p>There is nothing to do on this page. To sign in, open the application that you want to use.</p>
      ${hasOutbox && html`<p class="notice">In development, codes and links are shown in the <a href="outbox">outbox</a>.</p>`}`,
  });
}
