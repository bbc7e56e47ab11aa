import { performance } from 'node:perf_hooks';

import { percentile } from '../statistics.mjs';

/** What one kind of requests met with in one slice of time. */
export class Lane {
  #requests;
  #next;
  #once;
  #latencies = [];
  #statuses = new Map();
  #firstAt = 0;
  #lastAt = 0;
  answered = 0;

  /** @param once - Each request is sent once, and the lane ends with the last. */
  constructor(requests, { once = false, start = 0 } = {}) {
    this.#requests = requests;
    this.#once = once;
    this.#next = start;
  }

  /** Keeps a connection busy until the lane ends. */
  drive(connection, warmUntil, until) {
    return new Promise((resolve, reject) => {
      const onAnswer = (status, tookMs) => {
        const now = performance.now();
        this.answered++;
        if (now > warmUntil && now <= until) this.#note(status, tookMs, now);
        step(now);
      };
      const step = (now) => {
        const request = now < until ? this.#take() : undefined;
        if (request === undefined) resolve();
        else connection.send(request, onAnswer, reject);
      };
      step(performance.now());
    });
  }

  summary() {
    const sorted = Float64Array.from(this.#latencies).sort();
    const seconds = (this.#lastAt - this.#firstAt) / 1000;
    return {
      rps: sorted.length > 1 ? (sorted.length - 1) / seconds : 0,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      statuses: Object.fromEntries(this.#statuses),
      next: this.#next % this.#requests.length,
    };
  }

  #note(status, tookMs, now) {
    if (this.#latencies.length === 0) this.#firstAt = now;
    this.#lastAt = now;
    this.#latencies.push(tookMs);
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
  }

  #take() {
    if (this.#once && this.#next >= this.#requests.length) return undefined;
    return this.#requests[this.#next++ % this.#requests.length];
  }
}
