// What verified tokens cost in memory. Needs `--expose-gc`.
import { createOurs } from './our-verifier.mjs';
import { serve } from '../process/serve.mjs';
import { createTokenSource } from './token-source.mjs';

const BATCH = 64;

const source = await createTokenSource();

function heapBytes() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Passes new tokens by a verifier, and keeps none of them here. */
async function pass(verifier, count) {
  for (let done = 0; done < count; done += BATCH) {
    const tokens = source.mint(Math.min(BATCH, count - done));
    await Promise.all(tokens.map((token) => verifier.verifyAccessToken(token.latin1Slice())));
  }
}

serve({
  /** Heap bytes for one kept token. */
  perToken: async ({ count }) => {
    await pass(createOurs(source), 500);
    const verifier = createOurs(source, { maxCachedTokens: count });
    const before = heapBytes();
    await pass(verifier, count);
    const bytes = (heapBytes() - before) / count;
    // The verifier is still needed here, so nothing of it was collected.
    await pass(verifier, 1);
    return bytes;
  },
  /** The heap while many more tokens pass than the cache holds: once it is full, and at several times until the end. */
  flat: async ({ count, cacheSize }) => {
    const verifier = createOurs(source, { maxCachedTokens: cacheSize });
    await pass(verifier, cacheSize);
    const heapMb = [heapBytes() / 1e6];
    const part = Math.ceil((count - cacheSize) / 5);
    for (let step = 0; step < 5; step++) {
      await pass(verifier, part);
      heapMb.push(heapBytes() / 1e6);
    }
    return heapMb;
  },
});
