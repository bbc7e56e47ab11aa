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
  /** Seconds from the `Retry-After` field where it holds a number. */
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
      retryAfterSeconds: parseRetryAfter(response.headers.get('retry-after')),
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

function parseRetryAfter(field: string | null): number | null {
  return field !== null && /^\d{1,6}$/.test(field) ? Number(field) : null;
}
