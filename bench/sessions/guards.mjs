import { assertStatuses, slice } from '../load/slice.mjs';
import { Child } from '../process/child.mjs';
import { twoAtATime } from '../process/two-at-a-time.mjs';
import { say } from '../progress.mjs';
import { interleaved, median, ratioOf } from '../statistics.mjs';

const CONTENDERS = {
  alwaysYes: { contender: 'alwaysYes' },
  session: { contender: 'session', mode: 'server' },
  sessionAgain: { contender: 'session', mode: 'server' },
  tokenSession: { contender: 'session', mode: 'token' },
};

const rps = (sample) => sample.rps;

/** A guarded request by a session that the process knows. */
export async function measureSessionGuards(rounds, plan) {
  const generator = await Child.start(new URL('../load/generator.mjs', import.meta.url));
  try {
    const platforms = {};
    for (const platform of plan.platforms) {
      platforms[platform] = summarize(await measurePlatform(generator, platform, rounds, plan));
    }
    return platforms;
  } finally {
    await generator.stop();
  }
}

async function measurePlatform(generator, platform, rounds, { sliceMs, warmMs, warmUpMs, people }) {
  const servers = {};
  try {
    const app = new URL('../apps/session-app.mjs', import.meta.url);
    await twoAtATime(Object.entries(CONTENDERS), async ([name, settings]) => {
      servers[name] = await Child.start(app, { ...settings, ...generator.ready, platform });
    });
    for (const name of Object.keys(CONTENDERS)) {
      await generator.call('signIn', { set: name, port: servers[name].ready.port, count: people });
      await slice(generator, servers[name], { lanes: [{ set: name, connections: 32 }], sliceMs: warmUpMs });
    }
    const samples = {};
    const tasks = Object.keys(CONTENDERS).map((name) => async () => {
      const sample = await slice(generator, servers[name], {
        lanes: [{ set: name, connections: 32 }],
        sliceMs,
        warmMs,
      });
      assertStatuses(name, sample, (status) => status === 200);
      (samples[name] ??= []).push(sample);
    });
    await interleaved(rounds, tasks, (round) => say(`sessions on ${platform}: round ${round + 1} of ${rounds}`));
    return samples;
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.stop()));
  }
}

function summarize(samples) {
  const { alwaysYes, session, sessionAgain, tokenSession } = samples;
  return {
    cells: Object.fromEntries(
      Object.entries(samples).map(([name, rounds]) => [
        name,
        {
          rps: median(rounds.map(rps)),
          p50Ms: median(rounds.map((sample) => sample.p50)),
          p99Ms: median(rounds.map((sample) => sample.p99)),
          cpuMicros: median(rounds.map((sample) => sample.cpuMicros)),
        },
      ]),
    ),
    ratios: {
      sessionToAlwaysYes: ratioOf(session, alwaysYes, rps),
      tokenSessionToAlwaysYes: ratioOf(tokenSession, alwaysYes, rps),
    },
    selfToSelf: { session: ratioOf(sessionAgain, session, rps) },
  };
}
