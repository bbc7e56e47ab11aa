import { Child } from '../process/child.mjs';
import { say } from '../progress.mjs';
import { interleaved, median, ratioOf } from '../statistics.mjs';

const micros = (sample) => sample.micros;

/** The verifier alone, next to others that do the same part of the work. */
export async function measureVerifier({ rounds, verifier }) {
  return { ...(await measureSpeed(rounds, verifier)), memory: await measureMemory(verifier) };
}

async function measureSpeed(rounds, { tokens }) {
  const child = await Child.start(new URL('speed-child.mjs', import.meta.url));
  try {
    const samples = {};
    const measure = (name) => child.call('measure', { name });
    const tasks = child.ready.names.map((name) => async () => (samples[name] ??= []).push(await measure(name)));
    say('verifiers: warming up');
    await child.call('mint', { count: tokens });
    for (const name of child.ready.names) await measure(name);
    await interleaved(rounds, tasks, async (round) => {
      say(`verifiers: round ${round + 1} of ${rounds}`);
      await child.call('mint', { count: tokens });
    });
    return summarize(samples);
  } finally {
    await child.stop();
  }
}

/** Speed is the inverse of time, so ratios to the bare signature are turned over: 1 is as fast, 0.5 takes twice as long. */
function summarize(samples) {
  const contenders = Object.fromEntries(
    Object.entries(samples).map(([name, rounds]) => [
      name,
      {
        micros: median(rounds.map(micros)),
        cpuMicros: median(rounds.map((sample) => sample.cpuMicros)),
        speedToBare: ratioOf(samples.bare, rounds, micros),
      },
    ]),
  );
  return { contenders, selfToSelf: ratioOf(samples.ours, samples.oursAgain, micros) };
}

async function measureMemory({ memoryTokens, distinctTokens, cacheSize }) {
  const child = await Child.start(new URL('memory-child.mjs', import.meta.url), {}, ['--expose-gc']);
  try {
    say(`memory of ${memoryTokens} kept tokens`);
    const bytesPerToken = await child.call('perToken', { count: memoryTokens });
    say(`${distinctTokens} tokens pass a cache of ${cacheSize}`);
    const heapMb = await child.call('flat', { count: distinctTokens, cacheSize });
    return { keptTokens: memoryTokens, bytesPerToken, distinctTokens, cacheSize, heapMb };
  } finally {
    await child.stop();
  }
}
