import { assertStatuses, slice } from '../load/slice.mjs';
import { Child } from '../process/child.mjs';
import { twoAtATime } from '../process/two-at-a-time.mjs';
import { say } from '../progress.mjs';
import { interleaved, median, ratioOf } from '../statistics.mjs';
import { findDatabases } from './databases.mjs';
import { countFailedRaces } from './races.mjs';

const CONNECTIONS = 16;
const CONTENDERS = { recipe: 'recipe', ours: 'ours' };
/** Ours once more, which shows the noise of the run. */
const AGAIN = { oursAgain: 'ours' };
/**
 * What is sent: once, since a person who comes back brings a new token too. The recipe looks at the access token alone, so what other tokens
 * cost is asked of ours; `like` says with what it is compared.
 */
const CELLS = {
  returning: { kind: 'logins' },
  withIdToken: { kind: 'logins', others: ['id_token'], like: 'returning' },
  withRefreshToken: { kind: 'logins', others: ['refresh_token'], like: 'returning' },
  new: { kind: 'newcomers' },
  newWithRefreshToken: { kind: 'newcomers', others: ['refresh_token'], like: 'new' },
};

const rps = (sample) => sample.rps;

/** Logins over HTTP: people who come back, and new ones. */
export async function measureLogins({ rounds, login }) {
  const generator = await Child.start(new URL('../load/generator.mjs', import.meta.url));
  try {
    await generator.call('meet', { crowd: 'regulars', count: login.people });
    const databases = {};
    for (const database of await findDatabases()) {
      databases[database.name] = await measureDatabase(generator, database, rounds, login);
    }
    return databases;
  } finally {
    await generator.stop();
  }
}

async function measureDatabase(generator, database, rounds, plan) {
  const contenders = { ...CONTENDERS, ...(plan.again ? AGAIN : {}) };
  // In this order, whoever is ready first.
  const servers = Object.fromEntries(Object.keys(contenders).map((name) => [name, null]));
  const created = [];
  try {
    await twoAtATime(Object.entries(contenders), async ([name, contender]) => {
      const { options, drop } = await database.create();
      created.push(drop);
      const settings = { ...generator.ready, contender, database: options };
      servers[name] = await Child.start(new URL('../apps/login-app.mjs', import.meta.url), settings);
    });
    await warmUp(generator, servers, database, plan);
    const summary = summarize(await measureRounds(generator, servers, database, rounds, plan));
    const races = database.name === 'postgres' ? await countFailedRaces(generator, servers, plan) : null;
    return { ...summary, races };
  } finally {
    await Promise.all(Object.values(servers).map((server) => server?.stop()));
    for (const drop of created) await drop();
  }
}

async function measureRounds(generator, servers, { name: database }, rounds, { sliceMs, warmMs, tokens }) {
  const samples = {};
  const cells = Object.entries(CELLS).flatMap(([cell, { like }]) =>
    Object.keys(servers)
      .filter((name) => like === undefined || name === 'ours')
      .map((name) => async () => {
        const lanes = [{ set: cell, connections: CONNECTIONS, once: true }];
        const sample = await slice(generator, servers[name], { lanes, sliceMs, warmMs });
        assertStatuses(`${name} (${cell}, ${database})`, sample, (status) => status === 200 || status === 201);
        ((samples[name] ??= {})[cell] ??= []).push(sample);
      }),
  );
  await interleaved(rounds, cells, async (round) => {
    say(`logins on ${database}: round ${round + 1} of ${rounds}`);
    for (const [set, { kind, others }] of Object.entries(CELLS))
      await generator.call('prepare', { set, kind, others, crowd: 'regulars', count: tokens });
  });
  return samples;
}

/** Everybody who is to come back has to have been here. */
async function warmUp(generator, servers, { name }, { people, tokens, warmUpMs }) {
  say(`logins on ${name}: warming up`);
  await generator.call('prepare', { set: 'first', kind: 'logins', crowd: 'regulars', count: people });
  await generator.call('prepare', { set: 'again', kind: 'logins', crowd: 'regulars', count: tokens });
  for (const server of Object.values(servers)) {
    const first = [{ set: 'first', connections: CONNECTIONS, once: true }];
    await slice(generator, server, { lanes: first, sliceMs: 60_000 });
    await slice(generator, server, { lanes: [{ set: 'again', connections: CONNECTIONS }], sliceMs: warmUpMs });
  }
}

function summarize(samples) {
  const { recipe, ours, oursAgain } = samples;
  const cells = Object.fromEntries(
    Object.entries(samples).map(([name, byCell]) => [
      name,
      Object.fromEntries(Object.entries(byCell).map(([cell, rounds]) => [cell, summarizeCell(rounds)])),
    ]),
  );
  return {
    cells,
    ratios: Object.fromEntries(
      Object.entries(CELLS).map(([cell, { like = cell }]) => [
        `${cell}ToRecipe`,
        ratioOf(ours[cell], recipe[like], rps),
      ]),
    ),
    selfToSelf:
      oursAgain === undefined
        ? {}
        : {
            returning: ratioOf(oursAgain.returning, ours.returning, rps),
            new: ratioOf(oursAgain.new, ours.new, rps),
          },
  };
}

function summarizeCell(rounds) {
  const of = (read) => median(rounds.map(read));
  return {
    rps: of(rps),
    p50Ms: of((sample) => sample.p50),
    p99Ms: of((sample) => sample.p99),
    cpuMicros: of((sample) => sample.cpuMicros),
  };
}
