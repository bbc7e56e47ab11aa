/**
 * Loads a server for one slice of time.
 *
 * @returns for the first lane: rate, latencies, and statuses; for the server: the CPU time of one request, in microseconds.
 */
export async function slice(generator, server, { lanes, warmMs = 0, sliceMs }) {
  const before = await server.call('cpu');
  const { answered, lanes: summaries } = await generator.call('run', {
    port: server.ready.port,
    lanes,
    warmMs,
    sliceMs,
  });
  const cpu = (await server.call('cpu')) - before;
  return { ...summaries[0], others: summaries.slice(1), cpuMicros: cpu / answered };
}

/** @throws where anything but the expected was answered: then the figures mean nothing. */
export function assertStatuses(name, { statuses }, isExpected) {
  const wrong = Object.keys(statuses).filter((status) => !isExpected(Number(status)));
  if (wrong.length > 0) throw new Error(`${name} answered ${JSON.stringify(statuses)}`);
}
