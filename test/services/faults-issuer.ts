import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { CotterTestIssuer } from 'nestjs-cotter/testing';

/** What an issuer answers. */
interface IssuerAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** A renewal that has arrived. */
interface ArrivedRenewal {
  readonly refreshToken: string;
  /** Has the issuer decide, whether or not anybody hears of it. */
  readonly decide: () => Promise<IssuerAnswer>;
}

/** How the issuer deals with a renewal. */
export type Dealing = (renewal: ArrivedRenewal) => Promise<IssuerAnswer>;

const WELL: Dealing = ({ decide }) => decide();
const NEVER = new Promise<never>(() => undefined);

/** A real issuer behind a door where everything can go wrong, and where each renewal is counted. */
export class FaultyIssuer {
  /** How the next renewals are dealt with. */
  dealing: Dealing = WELL;
  readonly #renewals = new Map<string, number>();
  readonly #progress = new EventEmitter();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #sockets = new Set<Socket>();
  #everything: 'well' | 'fails' | 'hangs' = 'well';
  #offsetMs = 0;
  #port = 0;
  #answered = 0;

  private constructor(private readonly issuer: CotterTestIssuer) {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FaultyIssuer> {
    const issuer = await CotterTestIssuer.start({ clock: () => Date.now() + faulty.#offsetMs });
    const faulty = new FaultyIssuer(issuer);
    await faulty.comeBack();
    return faulty;
  }

  /** What an application is told of it. */
  get moduleOptions(): { apiKeyId: string; issuer: string; apiUrl: string; jsUrl: string } {
    const url = `http://127.0.0.1:${this.#port}`;
    return { apiKeyId: this.issuer.apiKeyId, issuer: this.issuer.url, apiUrl: `${url}/api/v0`, jsUrl: url };
  }

  /** Sets its clock ahead of the one of this machine. */
  set offsetMs(offsetMs: number) {
    this.#offsetMs = offsetMs;
  }

  /** How many renewals have arrived. */
  get renewals(): number {
    return [...this.#renewals.values()].reduce((sum, count) => sum + count, 0);
  }

  /** How often the same refresh token has arrived, at most. */
  get mostRenewalsOfOne(): number {
    return Math.max(0, ...this.#renewals.values());
  }

  /** Counts from zero. */
  forgetRenewals(): void {
    this.#renewals.clear();
    this.#answered = 0;
  }

  token(user: { subject: string; identifier: string }): string {
    return this.issuer.token(user);
  }

  payload(user: { subject: string; identifier: string }): ReturnType<CotterTestIssuer['payload']> {
    return this.issuer.payload(user);
  }

  /** Whether it would renew this token. */
  accepts(refreshToken: string): boolean {
    return this.issuer.accepts(refreshToken);
  }

  /** Resolves when so many renewals have arrived, answered or not. */
  async untilRenewals(count: number): Promise<void> {
    while (this.renewals < count) await once(this.#progress, 'arrived');
  }

  /** Resolves when so many of them are answered, whether or not anybody reads it. */
  async untilAnswered(count: number): Promise<void> {
    while (this.#answered < count) await once(this.#progress, 'answered');
  }

  /** Answers everything with 500. */
  fail(): void {
    this.#everything = 'fails';
  }

  /** Takes everything and answers nothing. */
  hang(): void {
    this.#everything = 'hangs';
  }

  /** Ends all connections and takes no new ones. */
  async goAway(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Everything is well again, at the same address. */
  async comeBack(): Promise<void> {
    this.#everything = 'well';
    this.dealing = WELL;
    if (this.#server.listening) return;
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (this.#server.listening) await this.goAway();
    await this.issuer.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const refreshToken = request.method === 'POST' ? findRefreshToken(text) : null;
    if (refreshToken !== null) {
      this.#renewals.set(refreshToken, (this.#renewals.get(refreshToken) ?? 0) + 1);
      this.#progress.emit('arrived');
    }
    const { status, body } = await this.#answer(refreshToken, () => this.#ask(request, text));
    if (response.destroyed) return;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (refreshToken === null) return;
    this.#answered++;
    this.#progress.emit('answered');
  }

  #answer(refreshToken: string | null, decide: () => Promise<IssuerAnswer>): Promise<IssuerAnswer> {
    if (this.#everything === 'hangs') return NEVER;
    if (this.#everything === 'fails') return Promise.resolve({ status: 500, body: { msg: 'broken' } });
    return refreshToken === null ? decide() : this.dealing({ refreshToken, decide });
  }

  async #ask({ method = 'GET', url = '/' }: IncomingMessage, text: string): Promise<IssuerAnswer> {
    const response = await fetch(new URL(url, this.issuer.url), {
      method,
      headers: { 'content-type': 'application/json' },
      ...(text === '' ? {} : { body: text }),
    });
    return { status: response.status, body: await response.json() };
  }
}

function findRefreshToken(text: string): string | null {
  const body: unknown = text === '' ? null : JSON.parse(text);
  return typeof body === 'object' && body !== null && 'refresh_token' in body ? String(body.refresh_token) : null;
}
