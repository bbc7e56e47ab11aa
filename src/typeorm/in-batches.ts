/** Rows that a sweep takes at once: a short statement, that nobody waits for. */
export const SWEEP_BATCH = 500;
const MAX_BATCHES = 40;

/**
 * Sweeps a part at a time, and not for ever: the next sweep goes on.
 *
 * @param find - Gives the keys of at most {@link SWEEP_BATCH} rows that are still there.
 * @returns how many rows were handled.
 */
export async function inBatches(
  find: () => Promise<string[]>,
  handle: (keys: string[]) => Promise<unknown>,
): Promise<number> {
  let count = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const keys = await find();
    if (keys.length > 0) await handle(keys);
    count += keys.length;
    if (keys.length < SWEEP_BATCH) break;
  }
  return count;
}
