import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it has come to the app, and what became of it. Browsers do not tell that of every request that they make. */
export interface Visit {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly cookie: string;
  readonly status: number;
  readonly setCookies: readonly string[];
}

/** Stands at the app's public address, lets everybody through, and writes down who came. */
export class Doorman {
  /** Where the app listens. */
  port = 0;
  #visits: Visit[] = [];
  #wanted: { readonly isIt: (visit: Visit) => boolean; readonly tell: (visit: Visit) => void } | null = null;

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {
    server.on('request', (incoming, answer) => {
      this.#letIn(incoming, answer);
    });
  }

  static async stand(): Promise<Doorman> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Doorman(server, `http://localhost:${String((server.address() as AddressInfo).port)}`);
  }

  /** Everything from now on. */
  forget(): void {
    this.#visits = [];
  }

  find(method: string, path: string): Visit | undefined {
    return this.#visits.find((visit) => visit.method === method && visit.path === path);
  }

  /** The first of its kind, once the app has answered. */
  async waitFor(method: string, path: string): Promise<Visit> {
    const isIt = (visit: Visit): boolean => visit.method === method && visit.path === path;
    return (
      this.#visits.find(isIt) ??
      new Promise<Visit>((tell) => {
        this.#wanted = { isIt, tell };
      })
    );
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  #letIn(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method = '', url: path = '', headers } = incoming;
    // A connection of its own for each: one that the app has just closed would be no refusal of the app's.
    const to = { host: '127.0.0.1', port: this.port, method, path, headers, agent: false };
    const outgoing = request(to, (given) => {
      const { statusCode: status = 0 } = given;
      // Before the browser knows: it may have left, and want no answer.
      this.#note({ method, path, cookie: headers.cookie ?? '', status, setCookies: given.headers['set-cookie'] ?? [] });
      answer.writeHead(status, given.headers);
      given.pipe(answer);
    });
    outgoing.once('error', () => answer.destroy());
    incoming.pipe(outgoing);
  }

  #note(visit: Visit): void {
    this.#visits.push(visit);
    if (this.#wanted?.isIt(visit) !== true) return;
    this.#wanted.tell(visit);
    this.#wanted = null;
  }
}
