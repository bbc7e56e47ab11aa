import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { BrowserContext } from 'playwright-core';

/** A request and its answer. */
export interface Exchange {
  readonly kind: 'http';
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly sent: IncomingHttpHeaders;
  readonly body: string;
  readonly status: number;
  readonly got: IncomingHttpHeaders;
  readonly answer: string;
}

/** Something that the page and the frame said to each other. */
export interface Message {
  readonly kind: 'message';
  readonly atMs: number;
  readonly to: 'page' | 'frame';
  readonly text: string;
}

export type Entry = Exchange | Message;

/** Stands at the issuer's public address, passes everything on, and writes it all down. */
export class WireRecorder {
  /** Where the issuer listens. */
  port = 0;
  readonly #entries: Entry[] = [];

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {
    server.on('request', (incoming, answer) => {
      void this.#passOn(incoming).then(({ status, got, body }) => {
        answer.writeHead(status, got).end(body);
      });
    });
  }

  static async open(): Promise<WireRecorder> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WireRecorder(server, `http://localhost:${String((server.address() as AddressInfo).port)}`);
  }

  /** Listens to what pages of a browser and their frames say to each other. */
  async listen(context: BrowserContext): Promise<void> {
    await context.exposeBinding('note', ({ frame }, text: string, atMs: number) => {
      this.#entries.push({ kind: 'message', atMs, to: frame.parentFrame() === null ? 'page' : 'frame', text });
    });
    await context.addInitScript(`addEventListener('message', ({ data }) => {
      if (typeof data === 'string' && /^{"(action|callbackName)":/.test(data)) note(data, performance.timeOrigin + performance.now());
    })`);
  }

  /** In the order of time. */
  get entries(): readonly Entry[] {
    return this.#entries.toSorted((one, other) => one.atMs - other.atMs);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  async #passOn(incoming: IncomingMessage): Promise<{ status: number; got: IncomingHttpHeaders; body: Buffer }> {
    const atMs = performance.timeOrigin + performance.now();
    const { method = '', url: path = '', headers: sent } = incoming;
    const body = await read(incoming);
    const outgoing = request({ host: '127.0.0.1', port: this.port, method, path, headers: sent, agent: false });
    outgoing.end(body);
    const [given] = (await once(outgoing, 'response')) as [IncomingMessage];
    const answer = await read(given);
    const { statusCode: status = 0, headers: got } = given;
    this.#entries.push({
      kind: 'http',
      atMs,
      method,
      path,
      sent,
      body: body.toString(),
      status,
      got,
      answer: answer.toString(),
    });
    return { status, got, body: answer };
  }
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
