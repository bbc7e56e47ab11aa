// Verifiers next to each other in one process, without HTTP.
import { performance } from 'node:perf_hooks';

import { cpuMicros, serve } from '../process/serve.mjs';
import { contendersOf } from './contenders.mjs';
import { createTokenSource } from './token-source.mjs';

const source = await createTokenSource();
const contenders = contendersOf(source);

function splitOf(token) {
  const [header, payload, signature] = token.latin1Slice().split('.');
  return {
    input: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
    key: { key: source.key, dsaEncoding: 'ieee-p1363' },
  };
}

let minted = [];

/** Makes the tokens of one round: to each contender they are new, and nobody has to collect what making them left behind. */
function mint({ count }) {
  minted = source.mint(count);
}

/** @returns microseconds, and of CPU time, for one token. */
async function measure({ name }) {
  const { prepare, bare = false, hot = false, concurrency = 1 } = contenders[name];
  const tokens = minted;
  const count = tokens.length;
  const inputs = bare ? tokens.map(splitOf) : tokens;
  const check = await prepare(tokens);
  // What takes a microsecond is repeated, to be long enough for a clock.
  const repeats = hot ? 20 : 1;
  const cpuBefore = cpuMicros();
  const startedAt = performance.now();
  let next = 0;
  const total = count * repeats;
  const work = async () => {
    while (next < total) {
      const input = inputs[next++ % count];
      const verdict = check(bare ? input : input.latin1Slice());
      if (verdict === false) throw new Error(`${name} refused a good token`);
      if (typeof verdict?.then === 'function') await verdict;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const tookMicros = (performance.now() - startedAt) * 1000;
  return { micros: tookMicros / total, cpuMicros: (cpuMicros() - cpuBefore) / total };
}

serve({ mint, measure }, { names: Object.keys(contenders) });
