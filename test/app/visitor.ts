import type { FrontEnd } from './front-end.js';

/** A person's browser as far as the app sees it: it keeps cookies, and says where a request comes from. */
export class Visitor {
  readonly #cookies = new Map<string, string>();

  constructor(
    private readonly frontEnd: FrontEnd,
    private readonly userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  ) {}

  /** Names of the cookies that it has. */
  get cookieNames(): string[] {
    return [...this.#cookies.keys()];
  }

  /** Somebody who has got hold of all of its cookies. */
  clone(): Visitor {
    const clone = new Visitor(this.frontEnd, this.userAgent);
    for (const [name, value] of this.#cookies) clone.#cookies.set(name, value);
    return clone;
  }

  /** By redirect. @returns the answer of the callback. */
  async signIn(identifier: string, returnTo = '/'): Promise<Response> {
    const type = identifier.startsWith('+') ? 'PHONE' : 'EMAIL';
    const sent = await this.open(`/login?${new URLSearchParams({ type, returnTo }).toString()}`);
    const back = await this.frontEnd.answerIssuer(new URL(sent.headers.get('location') ?? ''), identifier);
    return this.open(back.href);
  }

  /** Follows a link. */
  open(url: string): Promise<Response> {
    return this.request('GET', url, { Accept: 'text/html' });
  }

  /** What a script of the app's own page asks. */
  call(method: string, url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return this.request(method, url, { 'Sec-Fetch-Site': 'same-origin', Origin: this.frontEnd.app, ...headers });
  }

  async request(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(new URL(url, this.frontEnd.app), {
      method,
      redirect: 'manual',
      headers: { 'User-Agent': this.userAgent, ...(cookie === '' ? {} : { Cookie: cookie }), ...headers },
    });
    for (const field of answer.headers.getSetCookie()) this.#keep(field);
    return answer;
  }

  #keep(field: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(field) ?? [];
    if (/;\s*Max-Age=0\b/i.test(field)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}
