import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An application on this machine that people come back to from the issuer, on whichever port was free: a command line, for one. */
export class ClientSite {
  #visits: URL[] = [];

  private constructor(
    private readonly server: Server,
    readonly redirectUrl: string,
  ) {
    server.on('request', ({ url = '/' }, response) => {
      const visited = new URL(url, redirectUrl);
      if (visited.pathname === new URL(redirectUrl).pathname) this.#visits.push(visited);
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><html lang="en"><title>Back</title><link rel="icon" href="data:," /><h1>Back</h1>');
    });
  }

  static async open(): Promise<ClientSite> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ClientSite(server, `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/cb`);
  }

  /** Where people have come back to, with what they brought; the oldest first. */
  get visits(): readonly URL[] {
    return this.#visits;
  }

  forget(): void {
    this.#visits = [];
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
