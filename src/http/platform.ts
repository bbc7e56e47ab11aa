import type { IncomingMessage } from 'node:http';

/** The request of whichever platform: Express hands out Node's own, Fastify wraps it as `raw`. */
export type PlatformRequest = IncomingMessage | { readonly raw: IncomingMessage };

/** What header fields are read from: a request, or what stands for one where a transport has none. */
export type HeaderCarrier = PlatformRequest | { readonly rawHeaders: readonly string[]; readonly method?: string };

/** Node's request beneath the platform's. */
export function nodeRequestOf(request: PlatformRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/** Names and values of the header fields in turn, as they were sent. */
export function rawHeadersOf(carrier: HeaderCarrier): readonly string[] {
  return 'raw' in carrier ? carrier.raw.rawHeaders : carrier.rawHeaders;
}

/**
 * All values of a header field, as many times as it was sent. Node's `headers` keeps only the first `Authorization` of several, and a
 * proxy in front may have read the last.
 *
 * @param name - In lower case.
 */
export function headerValuesOf(carrier: HeaderCarrier, name: string): string[] {
  const rawHeaders = rawHeadersOf(carrier);
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** Whether a header field was sent at all. @param name - In lower case. */
export function hasField(carrier: HeaderCarrier, name: string): boolean {
  const rawHeaders = rawHeadersOf(carrier);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const field = rawHeaders[index];
    if (field?.length === name.length && field.toLowerCase() === name) return true;
  }
  return false;
}
