import { createHash } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { cookieNamesOf, cookieValuesOf, serializeCookie } from '../http/cookies.js';
import type { HeaderCarrier } from '../http/platform.js';
import type { ResponseCookies } from '../http/response-cookies.js';
import { Sealer } from '../sealing/sealer.js';

/** A sign-in that has begun, as its browser keeps it for us. */
export interface PendingSignIn {
  readonly state: string;
  readonly codeVerifier: string;
  /** A path of this site. */
  readonly returnTo: string;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

const LIFETIME_SECONDS = 600;
const MAX_PENDING = 5;
/** Of all of them. Servers refuse requests whose header has more than 8 or 16 KiB, and other cookies need room in it. */
const MAX_BYTES = 4_096;

/**
 * The sign-ins that a browser has begun: one sealed cookie each, named by a hash of its state, so that tabs never overwrite each other's.
 * Those of a browser are few and small; where one more is too much, the oldest go.
 */
@Injectable()
export class PendingSignIns {
  readonly #isSecure: boolean;
  readonly #prefix: string;

  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(Sealer) private readonly sealer: Sealer,
  ) {
    this.#isSecure = options.session?.origin.startsWith('https:') === true;
    this.#prefix = `${this.#isSecure ? '__Host-' : ''}${options.name}-sign-in-`;
  }

  /** Hands a new one to the browser, for ten minutes. */
  add(begun: Omit<PendingSignIn, 'expiresAtMs'>, carrier: HeaderCarrier, answer: ResponseCookies): void {
    const { state, codeVerifier, returnTo } = begun;
    const pending = { state, codeVerifier, returnTo, expiresAtMs: this.options.clock() + LIFETIME_SECONDS * 1000 };
    const name = this.#nameOf(state);
    const value = this.sealer.seal('sign-in', JSON.stringify(pending), name);
    this.#makeRoom(name.length + value.length, carrier, answer);
    answer.add(serializeCookie(name, value, { maxAgeSeconds: LIFETIME_SECONDS, secure: this.#isSecure }));
  }

  /** The one of this state, in time or not; `null` where the browser has none, or two, or one that we cannot open. */
  find(state: string, carrier: HeaderCarrier): PendingSignIn | null {
    return this.#open(this.#nameOf(state), carrier);
  }

  remove({ state }: PendingSignIn, answer: ResponseCookies): void {
    this.#clear(this.#nameOf(state), answer);
  }

  #makeRoom(bytes: number, carrier: HeaderCarrier, answer: ResponseCookies): void {
    const names = new Set(cookieNamesOf(carrier).filter((name) => name.startsWith(this.#prefix)));
    // Browsers send what they got first first.
    const newestFirst = [...names]
      .reverse()
      .map((name) => ({ name, expiresAtMs: this.#open(name, carrier)?.expiresAtMs ?? 0 }))
      .sort((a, b) => b.expiresAtMs - a.expiresAtMs);
    let total = bytes;
    for (const [index, { name }] of newestFirst.entries()) {
      total += cookieValuesOf(carrier, name).reduce((sum, value) => sum + name.length + value.length, 0);
      if (index + 1 >= MAX_PENDING || total > MAX_BYTES) this.#clear(name, answer);
    }
  }

  #open(name: string, carrier: HeaderCarrier): PendingSignIn | null {
    const [value, ...others] = cookieValuesOf(carrier, name);
    if (value === undefined || others.length > 0) return null;
    const text = this.sealer.open('sign-in', value, name);
    // What opens is what add has sealed.
    return text === null ? null : (JSON.parse(text) as PendingSignIn);
  }

  #clear(name: string, answer: ResponseCookies): void {
    answer.add(serializeCookie(name, '', { maxAgeSeconds: 0, secure: this.#isSecure }));
  }

  #nameOf(state: string): string {
    return this.#prefix + hashOf(state);
  }
}

/** How a state is known where it must not be. */
export function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('base64url');
}
