import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A site of somebody else's, with one page at a time. */
export class ForeignSite {
  #page = '';

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {
    server.on('request', (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end(`<!doctype html><title>You have won</title><link rel="icon" href="data:," />${this.#page}`);
    });
  }

  /** @param host - Beside an app on `localhost`: the same site, and another origin by its port; `127.0.0.1` is another site. */
  static async open(host: string): Promise<ForeignSite> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ForeignSite(server, `http://${host}:${String((server.address() as AddressInfo).port)}`);
  }

  /** @returns where the page is, which does what it does as soon as it is opened. */
  show(html: string): string {
    this.#page = html;
    return `${this.origin}/`;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
