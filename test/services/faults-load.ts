import { setTimeout as pause } from 'node:timers/promises';

import type { Answer } from '../e2e/platforms.js';
import { tally, verdictOf } from './faults-witness.js';

/** Between two requests of one client. */
const PACE_MS = 20;

/** One request, and what became of it. */
export interface Sample {
  /** What was asked, and of which process. */
  readonly what: string;
  readonly status: number;
  /** The status with the code of an error; why there is no answer, where there is none. */
  readonly verdict: string;
  /** By `performance.now()`. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly retryAfter: string | null;
  /** Whether it sets or clears a cookie. */
  readonly touchesCookies: boolean;
}

/** Clients that ask the same again and again, whatever they hear. */
export class Load {
  readonly samples: Sample[] = [];
  readonly #clients: Promise<void>[] = [];
  #isOver = false;
  #wake: () => void = () => undefined;

  /** Starts so many clients. */
  drive(what: string, clients: number, ask: () => Promise<Answer>): void {
    for (let client = 0; client < clients; client++) this.#clients.push(this.#run(what, ask));
  }

  /** Resolves when what was heard so far is enough. */
  async until(isEnough: (samples: readonly Sample[]) => boolean): Promise<void> {
    while (!isEnough(this.samples)) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  /** Resolves when everybody has their last answer. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }

  async #run(what: string, ask: () => Promise<Answer>): Promise<void> {
    while (!this.#isOver) {
      const startedAtMs = performance.now();
      const heard = await ask().then(readAnswer, readFailure);
      this.samples.push({ what, startedAtMs, endedAtMs: performance.now(), ...heard });
      this.#wake();
      await pause(PACE_MS);
    }
  }
}

type Heard = Omit<Sample, 'what' | 'startedAtMs' | 'endedAtMs'>;

function readAnswer(answer: Answer): Heard {
  const { status, headers } = answer;
  const touchesCookies = headers.getSetCookie().length > 0;
  return { status, verdict: verdictOf(answer), retryAfter: headers.get('retry-after'), touchesCookies };
}

function readFailure(error: unknown): Heard {
  const { cause } = error as { readonly cause?: unknown };
  return { status: 0, verdict: `no answer: ${String(cause ?? error)}`, retryAfter: null, touchesCookies: false };
}

/** What was heard, and how long the slowest answer took. */
export function summaryOf(samples: readonly Sample[]): string {
  const slowestMs = Math.max(0, ...samples.map(({ startedAtMs, endedAtMs }) => endedAtMs - startedAtMs));
  return `${tally(samples.map(({ verdict }) => verdict))} (at most ${slowestMs.toFixed(0)} ms)`;
}
