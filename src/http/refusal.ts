import type { ProblemAnswer } from './problem-details.js';

/** An error where an answer has neither status nor header fields: a WebSocket's `exception` event, the error of an RPC call. */
export interface Refusal {
  readonly status: 'error';
  /** Stable, as in `docs/errors.md`. */
  readonly code: string;
  readonly message: string;
  /** What `WWW-Authenticate` says in HTTP: the scope that is missing, how to sign in again. */
  readonly challenge?: string;
  /** When asking again is worthwhile. */
  readonly retryAfterSeconds?: number;
}

/** The refusal that says what a problem says. */
export function refusalOf({ body, headers }: ProblemAnswer): Refusal {
  const { 'WWW-Authenticate': challenge, 'Retry-After': retryAfter } = headers;
  return {
    status: 'error',
    code: body.code,
    message: body.detail,
    ...(challenge === undefined ? {} : { challenge }),
    ...(retryAfter === undefined ? {} : { retryAfterSeconds: Number(retryAfter) }),
  };
}
