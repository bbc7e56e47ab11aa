import { createHash, randomBytes } from 'node:crypto';

import type { AppConfig } from '../../src/app/app.config.js';

/** What the exchange gives, as far as these tests look at it. */
export interface SignedIn {
  readonly identifier: { readonly identifier: string; readonly identifier_type: string };
  readonly oauth_token: { readonly access_token: string; readonly id_token: string; readonly refresh_token: string };
  readonly user: { readonly ID: string };
}

/** A front end that trades the code by itself and holds the tokens, by HTTP alone. */
export class FrontEnd {
  readonly app: string;
  readonly issuer: string;
  readonly apiKeyId: string;

  constructor(config: AppConfig) {
    this.app = config.publicUrl;
    this.issuer = config.localIssuer?.publicUrl ?? '';
    this.apiKeyId = config.cotter.apiKeyId;
  }

  /** From the authorize page to the tokens. */
  async signIn(identifier: string): Promise<SignedIn> {
    const verifier = randomBytes(32).toString('base64url');
    const state = randomBytes(16).toString('base64url');
    const redirectUrl = `${this.app}/`;
    const authorize = new URL('/app', this.issuer);
    authorize.search = new URLSearchParams({
      api_key: this.apiKeyId,
      redirect_url: redirectUrl,
      type: identifier.startsWith('+') ? 'PHONE' : 'EMAIL',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      state,
    }).toString();
    const back = await this.answerIssuer(authorize, identifier);
    const query = back.searchParams;
    if (query.get('state') !== state) throw new Error('another state came back');
    const answer = await this.post(`${this.issuer}/api/v0/verify/get_identity?oauth_token=true`, {
      code_verifier: verifier,
      authorization_code: query.get('code'),
      challenge_id: Number(query.get('challenge_id')),
      redirect_url: redirectUrl,
    });
    return (await answer.json()) as SignedIn;
  }

  /** Proves who they are on the issuer's pages. @returns where those lead back to. */
  async answerIssuer(authorize: URL, identifier: string): Promise<URL> {
    const asked = await this.#page(authorize);
    const sent = await this.#submit(asked, { identifier });
    const { location } = await this.#submit(sent, { code: await this.code(identifier) });
    return new URL(location);
  }

  /** The latest code that the outbox has for somebody. */
  async code(identifier: string): Promise<string> {
    const messages = (await (await fetch(`${this.issuer}/outbox.json`)).json()) as { to: string; code: string }[];
    return messages.findLast(({ to }) => to === identifier)?.code ?? '';
  }

  post(url: string, body: unknown): Promise<Response> {
    return fetch(new URL(url, this.app), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', API_KEY_ID: this.apiKeyId },
      body: JSON.stringify(body),
    });
  }

  /** What the page posts to `/login`. */
  payload({ identifier, oauth_token, user }: SignedIn): Record<string, unknown> {
    return { email: identifier.identifier, oauth_token, user };
  }

  me(accessToken: string): Promise<Response> {
    return fetch(`${this.app}/me`, { headers: { Authorization: `Bearer ${accessToken}` } });
  }

  async #submit(page: Page, filled: Readonly<Record<string, string>>): Promise<Page> {
    const form = new URLSearchParams([...hiddenFieldsOf(page.html), ...Object.entries(filled)]);
    const action = /<form[^>]*\saction="([^"]*)"/.exec(page.html)?.[1] ?? '';
    return this.#page(new URL(action.replaceAll('&amp;', '&'), page.url), {
      method: 'POST',
      body: form,
      headers: { Origin: this.issuer },
    });
  }

  /** Follows redirects within the issuer; the one that leads away from it is the result. */
  async #page(url: URL, init: RequestInit = {}): Promise<Page> {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const location = response.headers.get('location') ?? '';
    const target = new URL(location, url);
    if (location !== '' && target.origin === new URL(this.issuer).origin) return this.#page(target);
    return { url, location, html: await response.text() };
  }
}

interface Page {
  readonly url: URL;
  readonly location: string;
  readonly html: string;
}

function hiddenFieldsOf(html: string): [string, string][] {
  return [...html.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
    /\sname="([^"]*)"/.exec(tag)?.[1] ?? '',
    /\svalue="([^"]*)"/.exec(tag)?.[1]?.replaceAll('&amp;', '&') ?? '',
  ]);
}
