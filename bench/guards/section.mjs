import { assertStatuses, slice } from '../load/slice.mjs';
import { Child } from '../process/child.mjs';
import { twoAtATime } from '../process/two-at-a-time.mjs';
import { say } from '../progress.mjs';
import { interleaved } from '../statistics.mjs';
import { CONTENDERS, cellsOf } from './cells.mjs';
import { summarize } from './summary.mjs';

/** The guard over HTTP, on Express and on Fastify. */
export async function measureGuards({ rounds, guards }) {
  const generator = await Child.start(new URL('../load/generator.mjs', import.meta.url));
  try {
    await generator.call('prepare', { set: 'hot', kind: 'good', count: 1 });
    await generator.call('prepare', { set: 'badSignature', kind: 'badSignature', count: 1_000 });
    for (const count of guards.liveTokens) {
      await generator.call('prepare', { set: `live${count}`, kind: 'good', count });
    }
    const platforms = {};
    for (const platform of ['express', 'fastify']) {
      platforms[platform] = summarize(await measurePlatform(generator, platform, rounds, guards));
    }
    return platforms;
  } finally {
    await generator.stop();
  }
}

/** @returns samples[contender][cell][round] */
async function measurePlatform(generator, platform, rounds, plan) {
  const servers = await startContenders(generator, platform);
  try {
    await warmUp(generator, servers, platform, plan);
    const samples = {};
    const cells = cellsOf(plan).map((cell) => async () => {
      const sample = await measureCell(generator, servers[cell.contender], cell, plan);
      ((samples[cell.contender] ??= {})[cell.name] ??= []).push(sample);
    });
    await interleaved(rounds, cells, async (round) => {
      say(`guards on ${platform}: round ${round + 1} of ${rounds}`);
      await generator.call('prepare', { set: 'firstSeen', kind: 'good', count: plan.firstSeen });
    });
    return samples;
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }
}

async function startContenders(generator, platform) {
  const servers = {};
  await twoAtATime(Object.entries(CONTENDERS), async ([name, contender]) => {
    const settings = { ...contender, ...generator.ready, platform };
    servers[name] = await Child.start(new URL('../apps/guard-app.mjs', import.meta.url), settings);
  });
  return servers;
}

async function measureCell(generator, server, { contender, name, lanes, refused }, { sliceMs, warmMs }) {
  const sample = await slice(generator, server, { lanes, sliceMs, warmMs });
  assertStatuses(`${contender} (${name})`, sample, (status) => status === (refused === true ? 401 : 200));
  return sample;
}

/** Lets the compiler see the traffic that will come, and the cache the tokens that it is to know. */
async function warmUp(generator, servers, platform, { warmUpMs, liveTokens }) {
  say(`guards on ${platform}: warming up`);
  for (const [name, server] of Object.entries(servers)) {
    const isGuarded = !['unguarded', 'alwaysYes'].includes(name);
    const refused = isGuarded ? [{ set: 'badSignature', connections: 8 }] : [];
    const lanes = [{ set: 'hot', connections: 24 }, ...refused];
    await slice(generator, server, { lanes, sliceMs: warmUpMs[platform] });
  }
  for (const count of liveTokens) {
    const lanes = [{ set: `live${count}`, connections: 32, once: true }];
    await slice(generator, servers.oursAgain, { lanes, sliceMs: 120_000 });
  }
}
