import { randomBytes } from 'node:crypto';

import { findDatabases } from '../login/databases.mjs';
import { assertStatuses, slice } from '../load/slice.mjs';
import { Child } from '../process/child.mjs';
import { say } from '../progress.mjs';
import { interleaved, median, ratioOf } from '../statistics.mjs';

const CONNECTIONS = 8;
const rps = (sample) => sample.rps;

/**
 * The cost of a login with a session where there are few users and sessions, and where there are many: on PostgreSQL, each number in a
 * database of its own, after VACUUM ANALYZE, measured in turn.
 *
 * @returns `null` where there is no server, and where the plan has no numbers: filling tables takes its time.
 */
export async function measureScale(rounds, { scale, sliceMs, warmMs, tokens }) {
  const postgres = (await findDatabases()).find(({ name }) => name === 'postgres');
  if (postgres === undefined || scale.length === 0) return null;
  const generator = await Child.start(new URL('../load/generator.mjs', import.meta.url));
  const servers = {};
  const drops = [];
  try {
    await generator.call('meet', { crowd: 'regulars', count: Math.min(1_000, ...scale) });
    const prepare = (set, count) =>
      generator.call('prepare', { set, kind: 'sessionLogins', crowd: 'regulars', count, path: '/login' });
    const app = new URL('../apps/session-login-app.mjs', import.meta.url);
    for (const rows of scale) {
      say(`${rows.toLocaleString('en')} users and sessions on PostgreSQL ...`);
      const { options, drop } = await postgres.create();
      drops.push(drop);
      const server = await Child.start(app, { ...generator.ready, database: options });
      servers[rows] = server;
      for (const text of fillStatements(rows)) await server.call('query', { text });
      await prepare('first', 1_000);
      await slice(generator, server, { lanes: [{ set: 'first', connections: 8, once: true }], sliceMs: 60_000 });
      for (const text of SETTLE) await server.call('query', { text });
    }
    const samples = {};
    const tasks = scale.map((rows) => async () => {
      const lanes = [{ set: `at ${rows}`, connections: CONNECTIONS, once: true }];
      const sample = await slice(generator, servers[rows], { lanes, sliceMs, warmMs });
      assertStatuses(`${rows} users`, sample, (status) => status === 200);
      (samples[rows] ??= []).push(sample);
    });
    await interleaved(rounds, tasks, async (round) => {
      say(`logins among many: round ${round + 1} of ${rounds}`);
      for (const rows of scale) await prepare(`at ${rows}`, tokens);
    });
    const plans = {};
    for (const rows of scale) plans[rows] = await plansOf(servers[rows]);
    return summarize(scale, samples, plans);
  } finally {
    for (const server of Object.values(servers)) await server.stop();
    for (const drop of drops) await drop();
    await generator.stop();
  }
}

/** As the tables are after so many logins; the sealed text is as long as a real one, and as hard to compress. */
function fillStatements(rows) {
  const now = Date.now();
  const series = `generate_series(1, ${rows}) AS n`;
  const sha = (text) => `encode(sha256(convert_to(${text}, 'UTF8')), 'hex')`;
  const sealed = `substr('${randomBytes(4_500).toString('base64url')}', 1 + n % 4000, 1800)`;
  return [
    `INSERT INTO cotter_user (id, realm, identifier, "identifierType", "createdAt", "lastLoginAt")
      SELECT md5('user ' || n)::uuid::text, 'cotter', 'person' || n || '@example.org', 'EMAIL', ${now}, ${now} FROM ${series}`,
    `INSERT INTO cotter_user_identity (subject, issuer, realm, "userId", "createdAt")
      SELECT md5('subject ' || n)::uuid::text, 'https://issuer.example', 'cotter', md5('user ' || n)::uuid::text, ${now} FROM ${series}`,
    `INSERT INTO cotter_refresh_token (hash, realm, family, state, issuer, subject, "expiresAt")
      SELECT ${sha("'token ' || n")}, 'cotter', ${sha("'token ' || n")}, 'live', 'https://issuer.example', md5('subject ' || n)::uuid::text,
        ${now + 5_184_000_000} + n FROM ${series}`,
    `INSERT INTO cotter_session (handle, realm, "accountId", issuer, subject, method, device, "startedAt", "lastSeenAt", "expiresAt", version, sealed, family)
      SELECT left(${sha("'session ' || n")}, 43), 'cotter', md5('user ' || n)::uuid::text, 'https://issuer.example', md5('subject ' || n)::uuid::text,
        'OTP', 'Firefox on Windows', ${now}, ${now}, ${now + 2_592_000_000} + n, 1, ${sealed}, ${sha("'token ' || n")} FROM ${series}`,
  ];
}

const TABLES = ['cotter_user', 'cotter_user_identity', 'cotter_refresh_token', 'cotter_session'];
const SETTLE = [...TABLES.map((table) => `VACUUM ANALYZE ${table}`), 'CHECKPOINT'];

/** How PostgreSQL finds what a login and a cold session ask for. */
async function plansOf(server) {
  const [{ subject, issuer }] = await server.call('query', {
    text: 'SELECT subject, issuer FROM cotter_user_identity LIMIT 1',
  });
  const [{ handle }] = await server.call('query', { text: 'SELECT handle FROM cotter_session LIMIT 1' });
  const questions = {
    account: `SELECT u.* FROM cotter_user_identity i JOIN cotter_user u ON u.id = i."userId"
      WHERE i.subject = '${subject}' AND i.issuer = '${issuer}' AND i.realm = 'cotter'`,
    session: `SELECT * FROM cotter_session WHERE handle = '${handle}' AND realm = 'cotter'`,
  };
  const plans = {};
  for (const [name, text] of Object.entries(questions)) {
    const lines = await server.call('query', { text: `EXPLAIN (COSTS OFF) ${text}` });
    plans[name] = lines.map((line) => line['QUERY PLAN'].trim()).filter((line) => /Scan|Join|Loop/.test(line));
  }
  return plans;
}

function summarize(scale, samples, plans) {
  const [least] = scale;
  const most = scale.at(-1);
  return {
    rows: scale,
    cells: Object.fromEntries(
      scale.map((rows) => [
        rows,
        {
          rps: median(samples[rows].map(rps)),
          p50Ms: median(samples[rows].map((sample) => sample.p50)),
          p99Ms: median(samples[rows].map((sample) => sample.p99)),
          plans: plans[rows],
        },
      ]),
    ),
    samePlans: scale.every((rows) => JSON.stringify(plans[rows]) === JSON.stringify(plans[least])),
    costAtMostToLeast: 1 / ratioOf(samples[most], samples[least], rps),
  };
}
