const DEADLINE_MS = 15_000;

/** Nothing can be said now: the network, a server that is down, busy or slow. Trying again may help; nobody is signed out for it. */
export class OutageError extends Error {
  name = 'OutageError';
}

/** The server understood, and said no. */
export class RefusalError extends Error {
  name = 'RefusalError';

  /** @param {number} status @param {Record<string, unknown>} problem problem details */
  constructor(status, problem) {
    super(typeof problem.detail === 'string' ? problem.detail : 'The request was refused.');
    this.status = status;
  }
}

let aheadMs = 0;

/** The time by the server's clock, to a second or so: the one of this machine may be wrong. */
export function serverNow() {
  return Date.now() + aheadMs;
}

/**
 * Asks this app, and reads the JSON that comes back. The session goes along in a cookie, of which this page knows nothing.
 *
 * @param {string} method
 * @param {string} url
 * @returns {Promise<any>} of a 2xx answer; an empty object where it is empty
 */
export async function call(method, url) {
  let response;
  let answer;
  try {
    response = await fetch(url, { method, cache: 'no-store', signal: AbortSignal.timeout(DEADLINE_MS) });
    answer = await response.text();
  } catch (error) {
    throw new OutageError('no answer', { cause: error });
  }
  learnTime(response.headers.get('Date'));
  if (response.status >= 500 || response.status === 429 || response.status === 408) {
    throw new OutageError(`status ${response.status}`);
  }
  const parsed = answer === '' ? {} : parseObject(answer);
  if (!response.ok) throw new RefusalError(response.status, parsed ?? {});
  if (parsed === null) throw new OutageError('an answer that is not JSON');
  return parsed;
}

function learnTime(field) {
  const sentMs = Date.parse(field ?? '');
  if (Number.isFinite(sentMs)) aheadMs = sentMs - Date.now();
}

function parseObject(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
