import { StoreUnavailableError } from '../errors/store.errors.js';

/** Nobody waits longer for Redis, whatever the connection's own settings are. */
export const DEADLINE_MS = 4_000;

const RETRY_AFTER_SECONDS = 5;

/**
 * The answer to a command.
 *
 * @throws {@link StoreUnavailableError} (`store_unavailable`) where there is none in time, or an error. The command may still be carried out
 *   later, so it has to be one that can be repeated.
 */
export async function answerOf<T>(command: Promise<T>, deadlineMs = DEADLINE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('Redis does not answer'));
    }, deadlineMs);
  });
  try {
    return await Promise.race([command, late]);
  } catch (error) {
    throw new StoreUnavailableError(RETRY_AFTER_SECONDS, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
