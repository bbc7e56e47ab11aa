import type { IncomingMessage } from 'node:http';

/** The request of whichever platform: Express hands out Node's own, Fastify wraps it as `raw`. */
export type PlatformRequest = IncomingMessage | { readonly raw: IncomingMessage };

/** Node's request beneath the platform's. */
export function nodeRequestOf(request: PlatformRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/**
 * All values of a header field, as many times as it was sent. Node's `headers` keeps only the first `Authorization` of several, and a
 * proxy in front may have read the last.
 *
 * @param name - In lower case.
 */
export function headerValuesOf(request: PlatformRequest, name: string): string[] {
  const { rawHeaders } = nodeRequestOf(request);
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
