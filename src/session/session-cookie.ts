import type { ResolvedSession } from '../cotter.options.js';
import { InvalidCredentialsRequestError } from '../errors/access.errors.js';
import { SessionTooLargeError } from '../errors/session.errors.js';
import { cookieReader, serializeCookie } from '../http/cookies.js';
import type { HeaderCarrier } from '../http/platform.js';
import type { ResponseCookies } from '../http/response-cookies.js';

/** What browsers keep of a cookie, its name and its attributes included: RFC 6265, 6.1. */
const MAX_COOKIE_BYTES = 4_096;

/** One cookie of a module. Over https its name begins with `__Host-`, so that no other host, and nobody without TLS, can set it. */
export class SessionCookie {
  readonly #name: string;
  readonly #secure: boolean;
  readonly #valuesIn: (carrier: HeaderCarrier) => string[];

  /** @param name - As people see it over http, such as `cotter-session`. */
  constructor(name: string, { origin }: Pick<ResolvedSession, 'origin'>) {
    this.#secure = origin.startsWith('https:');
    this.#name = this.#secure ? `__Host-${name}` : name;
    this.#valuesIn = cookieReader(this.#name);
  }

  /** Whether there is one at least. */
  isPresent(carrier: HeaderCarrier): boolean {
    return this.#valuesIn(carrier).length > 0;
  }

  /** The value of the request's cookie, where there is one and one alone. */
  peek(carrier: HeaderCarrier): string | null {
    const values = this.#valuesIn(carrier);
    return values.length === 1 ? (values[0] ?? null) : null;
  }

  /**
   * The same, and nothing is guessed.
   *
   * @throws {@link InvalidCredentialsRequestError} (`invalid_request`) where there are two.
   */
  find(carrier: HeaderCarrier): string | null {
    const values = this.#valuesIn(carrier);
    if (values.length > 1) throw new InvalidCredentialsRequestError('The session cookie was sent more than once.');
    return values[0] ?? null;
  }

  /** @throws {@link SessionTooLargeError} (`session_too_large`) */
  set(answer: ResponseCookies, value: string, maxAgeSeconds: number): void {
    const cookie = serializeCookie(this.#name, value, { maxAgeSeconds, secure: this.#secure });
    if (cookie.length > MAX_COOKIE_BYTES) throw new SessionTooLargeError();
    answer.add(cookie);
  }

  clear(answer: ResponseCookies): void {
    answer.add(serializeCookie(this.#name, '', { maxAgeSeconds: 0, secure: this.#secure }));
  }
}
