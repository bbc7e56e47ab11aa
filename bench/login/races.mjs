import { say } from '../progress.mjs';

/**
 * Several first logins of one person at the same moment, many times over. On a server only: SQLite's drivers do one thing after another,
 * so that nothing can race there.
 *
 * @returns for each contender, how many of how many logins failed.
 */
export async function countFailedRaces(generator, servers, { races, racers }) {
  say(`${races} races of ${racers} first logins`);
  const outcome = {};
  for (let race = 0; race < races; race++) {
    await generator.call('meet', { crowd: 'racer', count: 1 });
    await generator.call('prepare', { set: 'race', kind: 'logins', crowd: 'racer', count: racers });
    for (const [name, server] of Object.entries(servers)) {
      const lanes = [{ set: 'race', connections: racers, once: true }];
      const { lanes: results } = await generator.call('run', {
        port: server.ready.port,
        lanes,
        warmMs: 0,
        sliceMs: 30_000,
      });
      const counted = (outcome[name] ??= { failed: 0, of: 0 });
      for (const [status, count] of Object.entries(results[0].statuses)) {
        counted.of += count;
        if (Number(status) >= 300) counted.failed += count;
      }
    }
  }
  return outcome;
}
