import { IssuerFailedError, IssuerTimeoutError } from '../errors/issuer.errors.js';

/** A request to a server of the configuration, and what is granted to its answer. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** For the whole exchange, from the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** An answer as it came: any status, and the body parsed where it is JSON. */
export interface JsonAnswer {
  readonly status: number;
  /** From the `Retry-After` field, which holds seconds or a date. */
  readonly retryAfterSeconds: number | null;
  /** `undefined` where the body is not JSON. */
  readonly body: unknown;
}

/**
 * Speaks JSON with a server that is trusted by configuration and by TLS, and by nothing else: it may hang, redirect, or answer with
 * a gigabyte. A redirect is an answer like any other here and is never followed, since the next host is not in the configuration.
 *
 * @throws {@link IssuerTimeoutError} (`issuer_timeout`) at the deadline.
 * @throws {@link IssuerFailedError} (`issuer_failed`) where no connection comes about, or the answer is too large.
 */
export async function requestJson(url: string, request: JsonRequest): Promise<JsonAnswer> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  try {
    const response = await fetch(url, {
      method: request.method,
      headers: {
        accept: 'application/json',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      redirect: 'manual',
      signal,
    });
    return {
      status: response.status,
      retryAfterSeconds: parseRetryAfter(response.headers),
      body: parseJson(await readText(response, request.maxBytes)),
    };
  } catch (error) {
    if (error instanceof IssuerFailedError) throw error;
    if (signal.aborted) throw new IssuerTimeoutError({ cause: error });
    throw new IssuerFailedError({ cause: error });
  }
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream, which closes the connection.
    if (size > maxBytes)
      throw new IssuerFailedError({ cause: new Error(`the answer exceeds ${String(maxBytes)} bytes`) });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function parseRetryAfter(headers: Headers): number | null {
  const field = headers.get('retry-after') ?? '';
  if (/^\d{1,6}$/.test(field)) return Number(field);
  // Held against the `Date` field beside it: the server's clock need not be ours.
  const seconds = Math.ceil((Date.parse(field) - Date.parse(headers.get('date') ?? '')) / 1000);
  return seconds >= 0 && seconds < 1_000_000 ? seconds : null;
}
