import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** A request, byte for byte as it goes out: clients that check what they send could not send most of these. */
export interface RawRequest {
  readonly method: string;
  /** What follows the method in the request line. */
  readonly target: string;
  /** In order, and as often as given. Text beyond Latin-1 goes out as UTF-8. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
}

/** An answer, read to its end. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case; values of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Nothing came back that is HTTP. */
export class NoAnswerError extends Error {
  /**
   * @param kind - `silent`: the connection stays open and nothing comes. `closed`: the server hung up, which refuses too. `unreachable`:
   *   there is no server.
   */
  constructor(
    readonly kind: 'silent' | 'closed' | 'unreachable',
    options?: ErrorOptions,
  ) {
    super(MESSAGES[kind], options);
  }
}

const DEADLINE_MS = 10_000;
const MESSAGES = {
  silent: `no answer within ${String(DEADLINE_MS / 1000)} seconds`,
  closed: 'the connection was closed without an answer',
  unreachable: 'nobody is listening',
};

/**
 * Sends a request on a connection of its own, and reads the answer until the server ends it.
 *
 * @throws {@link NoAnswerError} where there is no answer within ten seconds, or none that is HTTP.
 */
export function sendRaw(origin: URL, request: RawRequest): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = open(origin);
    const chunks: Buffer[] = [];
    const finish = (failure?: Error): void => {
      socket.destroy();
      // A server that refuses a large body may cut the connection while the rest is under way; its answer counts all the same.
      const answer = parseAnswer(Buffer.concat(chunks));
      if (answer === null) reject(failure ?? new NoAnswerError('closed'));
      else resolve(answer);
    };
    socket.setTimeout(DEADLINE_MS, () => {
      finish(new NoAnswerError('silent'));
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    let connected = false;
    socket.on('connect', () => (connected = true));
    socket.on('error', (cause) => {
      finish(new NoAnswerError(connected ? 'closed' : 'unreachable', { cause }));
    });
    socket.on('end', () => {
      finish();
    });
    socket.write(serialize(origin, request));
  });
}

function open(origin: URL): Socket {
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  return origin.protocol === 'https:'
    ? connectTls({ host, port: Number(origin.port || 443), servername: host })
    : connectPlain({ host, port: Number(origin.port || 80) });
}

function serialize(origin: URL, { method, target, headers, body }: RawRequest): Buffer {
  const names = headers.map(([name]) => name.toLowerCase());
  const framed = body === undefined || names.some((name) => ['content-length', 'transfer-encoding'].includes(name));
  const bytes = Buffer.from((body ?? '') as string);
  const all: readonly (readonly [string, string])[] = [
    ['Host', origin.host],
    ['Connection', 'close'],
    ...headers,
    ...(framed ? [] : [['Content-Length', String(bytes.length)] as const]),
  ];
  const head = [`${method} ${target} HTTP/1.1`, ...all.map(([name, value]) => `${name}: ${value}`), '', ''];
  return Buffer.concat([...head.map((line, index) => encodeLine(line, index < head.length - 1)), bytes]);
}

function encodeLine(line: string, more: boolean): Buffer {
  // eslint-disable-next-line no-control-regex -- header fields are Latin-1 to servers, NUL included
  return Buffer.from(more ? `${line}\r\n` : line, /^[\x00-\xff]*$/.test(line) ? 'latin1' : 'utf8');
}

function parseAnswer(bytes: Buffer): RawAnswer | null {
  const end = bytes.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1];
  if (status === undefined) return null;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    const value = line.slice(line.indexOf(':') + 1).trim();
    headers[name] = name in headers ? `${headers[name] ?? ''}, ${value}` : value;
  }
  const body = bytes.subarray(end + 4);
  const text = headers['transfer-encoding'] === 'chunked' ? joinChunks(body) : body;
  return { status: Number(status), headers, text: text.toString('utf8') };
}

function joinChunks(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.subarray(at, lineEnd).toString('latin1'), 16);
    if (!(size > 0)) break;
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}
