import type { Verdict } from '../attack.js';

/** No credential was found where one may be. */
export const MISSING: Verdict = { status: 401, code: 'missing_credentials' };

/** Nobody should guess which of two credentials counts. */
export const AMBIGUOUS: Verdict = { status: 400, code: 'invalid_request' };

/** The body has the wrong shape. */
export const INVALID_BODY: Verdict = { status: 400, code: 'invalid_body' };

/** The body is not JSON in UTF-8. */
export const UNSUPPORTED_BODY: Verdict = { status: 415, code: 'unsupported_media_type' };

/** The same, and also where the host's own parser refuses the type, with a body of its own. */
export const UNSUPPORTED_BY_EITHER: Verdict = { ...UNSUPPORTED_BODY, or: 415 };

/** The wrong shape, where a host's parser may think that the body is no JSON at all. */
export const INVALID_BY_EITHER: Verdict = { ...INVALID_BODY, or: 400 };

/** A bad token at the guard. */
export function unauthorized(code: string): Verdict {
  return { status: 401, code };
}

/** A bad token at the login. */
export function forbidden(code: string): Verdict {
  return { status: 403, code };
}

/** Refused by what is beneath the application. */
export function beneath(status: number): Verdict {
  return { status, code: null };
}
