import { Child } from '../process/child.mjs';
import { say } from '../progress.mjs';
import { interleaved, median } from '../statistics.mjs';

const CONTENDERS = ['empty', 'recipe', 'ours', 'recipeWithUsers', 'oursWithUsers'];
/** Nobody asks an issuer for its keys at boot. */
const SETTINGS = { issuer: 'http://127.0.0.1:1', apiKeyId: '00000000-0000-4000-8000-000000000001' };

/** Time from the start of a process to the moment it listens, and its memory then. */
export async function measureBoot({ boot }) {
  const samples = {};
  const boots = CONTENDERS.map((contender) => async () => {
    const child = await Child.start(new URL('../apps/boot-app.mjs', import.meta.url), { ...SETTINGS, contender });
    (samples[contender] ??= []).push(child.ready);
    await child.stop();
  });
  await interleaved(boot.rounds, boots, (round) => say(`boot: round ${round + 1} of ${boot.rounds}`));
  return Object.fromEntries(Object.entries(samples).map(([name, rounds]) => [name, summarize(rounds, samples.empty)]));
}

function summarize(rounds, empty) {
  const overEmpty = (read) => median(rounds.map((sample, index) => read(sample) - read(empty[index])));
  return {
    bootMs: median(rounds.map(({ bootMs }) => bootMs)),
    rssMb: median(rounds.map(({ rssMb }) => rssMb)),
    heapMb: median(rounds.map(({ heapMb }) => heapMb)),
    bootMsOverEmpty: overEmpty(({ bootMs }) => bootMs),
    rssMbOverEmpty: overEmpty(({ rssMb }) => rssMb),
  };
}
