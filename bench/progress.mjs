import { performance } from 'node:perf_hooks';

const startedAt = performance.now();

/** Whole seconds since the run began. */
export function sinceStart() {
  return Math.round((performance.now() - startedAt) / 1000);
}

/** A line of progress: on stderr, so that stdout is the report alone. */
export function say(text) {
  process.stderr.write(`${String(sinceStart()).padStart(5)} s  ${text}\n`);
}
