const DEADLINE_MS = 15_000;

/** Nothing can be said now: the network, a server that is down, busy or slow. Trying again may help; nobody is signed out for it. */
export class OutageError extends Error {
  name = 'OutageError';
}

/** The server understood, and said no. */
export class RefusalError extends Error {
  name = 'RefusalError';

  /** @param {number} status @param {Record<string, unknown>} body problem details of the app, or `{ msg }` of the issuer */
  constructor(status, body) {
    super(typeof body.detail === 'string' ? body.detail : 'The request was refused.');
    this.status = status;
    this.code = body.code;
  }
}

/**
 * Sends a request and reads the JSON that comes back.
 *
 * @param {string} method
 * @param {string} url
 * @param {{ headers?: Record<string, string>, body?: unknown, keepalive?: boolean }} [options]
 * @returns {Promise<{ status: number, body: any }>} of a 2xx answer
 */
export async function call(method, url, { headers = {}, body, keepalive = false } = {}) {
  let response;
  let answer;
  try {
    response = await fetch(url, {
      method,
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
      keepalive,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    answer = await response.text();
  } catch (error) {
    throw new OutageError('no answer', { cause: error });
  }
  if (response.status >= 500 || response.status === 429 || response.status === 408) {
    throw new OutageError(`status ${response.status}`);
  }
  const parsed = parseObject(answer);
  if (!response.ok) throw new RefusalError(response.status, parsed ?? {});
  if (parsed === null && answer !== '') throw new OutageError('an answer that is not JSON');
  return { status: response.status, body: parsed ?? {} };
}

function parseObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
