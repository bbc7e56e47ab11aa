import type { Parameters } from 'fast-check';

/** The same runs on every machine. fast-check prints the seed and the path of a failure, which together replay it. */
const SEED = 20_200_415;

/** How often a property is tried. */
export function runs<T>(numRuns: number): Parameters<T> {
  return { seed: SEED, numRuns };
}

/** For jest: properties take seconds, and a machine may be busy with other things. */
export const TIMEOUT_MS = 60_000;
