import { findDatabases } from '../login/databases.mjs';
import { assertStatuses, slice } from '../load/slice.mjs';
import { Child } from '../process/child.mjs';
import { say } from '../progress.mjs';
import { interleaved, median, ratioOf } from '../statistics.mjs';

const CONNECTIONS = 16;
/** The same application does both, and ours once more: that shows the noise of the run. */
const PATHS = { twoStatements: '/bare', ours: '/login', oursAgain: '/login' };

const rps = (sample) => sample.rps;

/** The login of a person who comes back, with a session, next to the two statements that it takes at least. */
export async function measureSessionLogins(rounds, plan) {
  const generator = await Child.start(new URL('../load/generator.mjs', import.meta.url));
  try {
    await generator.call('meet', { crowd: 'regulars', count: plan.people });
    const databases = {};
    for (const database of await findDatabases()) {
      databases[database.name] = await measureDatabase(generator, database, rounds, plan);
    }
    return databases;
  } finally {
    await generator.stop();
  }
}

async function measureDatabase(generator, database, rounds, { sliceMs, warmMs, warmUpMs, people, tokens }) {
  const { options, drop } = await database.create();
  let server = null;
  try {
    const app = new URL('../apps/session-login-app.mjs', import.meta.url);
    server = await Child.start(app, { ...generator.ready, database: options });
    const prepare = (set, path, count) =>
      generator.call('prepare', { set, kind: 'sessionLogins', crowd: 'regulars', count, path });
    await prepare('first', '/login', people);
    await slice(generator, server, {
      lanes: [{ set: 'first', connections: CONNECTIONS, once: true }],
      sliceMs: 60_000,
    });
    const samples = {};
    const tasks = Object.keys(PATHS).map((name) => async (round) => {
      const sample = await slice(generator, server, {
        lanes: [{ set: name, connections: CONNECTIONS, once: true }],
        sliceMs: round < 0 ? warmUpMs : sliceMs,
        warmMs,
      });
      assertStatuses(`${name} (${database.name})`, sample, (status) => status === 200);
      if (round >= 0) (samples[name] ??= []).push(sample);
    });
    const onRound = async (round) => {
      say(`logins with a session on ${database.name}: round ${round + 1} of ${rounds}`);
      for (const [name, path] of Object.entries(PATHS)) await prepare(name, path, tokens);
    };
    await onRound(-1);
    for (const task of tasks) await task(-1);
    await interleaved(rounds, tasks, onRound);
    return summarize(samples);
  } finally {
    await server?.stop();
    await drop();
  }
}

function summarize(samples) {
  const { twoStatements, ours, oursAgain } = samples;
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
    ratios: { loginToBare: ratioOf(ours, twoStatements, rps) },
    selfToSelf: { login: ratioOf(oursAgain, ours, rps) },
  };
}
