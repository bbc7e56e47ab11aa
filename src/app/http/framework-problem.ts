/** The body of an answer that is an error. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
}

/** What goes with a {@link Problem}. */
export const PROBLEM_HEADERS = {
  'Content-Type': 'application/problem+json; charset=utf-8',
  'Cache-Control': 'no-store',
};

interface Row {
  readonly code: string;
  readonly title: string;
  readonly detail: string;
}

const INVALID_JSON: Row = { code: 'invalid_json', title: 'Invalid JSON', detail: 'The body is not well-formed JSON.' };

const ROWS: Readonly<Record<number, Row>> = {
  400: { code: 'bad_request', title: 'Bad Request', detail: 'The request is malformed.' },
  403: { code: 'forbidden', title: 'Forbidden', detail: 'This is not allowed.' },
  404: { code: 'not_found', title: 'Not Found', detail: 'There is nothing at this address.' },
  405: { code: 'method_not_allowed', title: 'Method Not Allowed', detail: 'This address has no such method.' },
  408: { code: 'request_timeout', title: 'Request Timeout', detail: 'The request took too long to arrive.' },
  413: { code: 'body_too_large', title: 'Body too large', detail: 'The body is larger than 65536 bytes.' },
  415: {
    code: 'unsupported_media_type',
    title: 'Unsupported media type',
    detail: 'Send the body as application/json in UTF-8.',
  },
  500: { code: 'internal_error', title: 'Internal Server Error', detail: 'The server could not answer.' },
  503: { code: 'unavailable', title: 'Service Unavailable', detail: 'The server is not available at the moment.' },
};

/**
 * What an error of Nest, of Express and body-parser, or of Fastify means. They agree on nothing but that the status stands in a member;
 * their texts repeat the request, so none of it is used.
 */
export function frameworkProblemOf(error: unknown): Problem {
  const status = statusOf(error);
  const row = status === 400 && isAboutJson(error) ? INVALID_JSON : ROWS[status];
  const { code, title, detail } = row ?? { code: 'refused', title: 'Refused', detail: 'The request was refused.' };
  return { type: `urn:nestjs-cotter:error:${code}`, title, status, detail, code };
}

function statusOf(error: unknown): number {
  const { status, statusCode } = membersOf(error);
  const found = status ?? statusCode;
  if (typeof found === 'number' && Number.isInteger(found) && found >= 400 && found <= 599) return found;
  return 500;
}

/** body-parser's type, Fastify's code, and the cause that Nest leaves where it wrapped either of them. */
function isAboutJson(error: unknown): boolean {
  const { type, code, cause } = membersOf(error);
  return (
    error instanceof SyntaxError ||
    type === 'entity.parse.failed' ||
    code === 'FST_ERR_CTP_INVALID_JSON_BODY' ||
    (cause !== undefined && isAboutJson(cause))
  );
}

function membersOf(error: unknown): Readonly<Record<string, unknown>> {
  if (typeof error !== 'object' || error === null) return {};
  const { status, statusCode, type, code, cause } = error as Readonly<Record<string, unknown>>;
  return { status, statusCode, type, code, cause };
}
