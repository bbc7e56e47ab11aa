import { nameOf } from './names.mjs';
import { show, table } from './table.mjs';

/** The whole report, on stdout. */
export function printReport({ mode, machine, seconds, sections, targets }) {
  const { guards = {}, verifier, login = {}, sessions, boot } = sections;
  const parts = [
    `# nestjs-cotter, measured\n\nNode ${machine.node}, ${machine.platform}, ${machine.cpus} CPUs, ${seconds} s${
      mode === 'quick' ? '; a quick run, whose figures are noisy' : ''
    }. Medians; ratios are medians of the ratios of each round.`,
    ...Object.entries(guards).map(([platform, result]) => guardPart(platform, result)),
    ...(verifier === undefined ? [] : [verifierPart(verifier)]),
    ...Object.entries(login).map(([database, result]) => loginPart(database, result)),
    ...(sessions === undefined ? [] : sessionParts(sessions)),
    ...(boot === undefined ? [] : [bootPart(boot)]),
    targetPart(targets),
  ];
  process.stdout.write(`${parts.join('\n\n')}\n`);
}

function guardPart(platform, { cells, ratios, selfToSelf }) {
  const rows = Object.entries(cells).flatMap(([contender, byCell]) =>
    Object.entries(byCell).map(([cell, { rps, toUnguarded, p50Ms, p99Ms, cpuMicros, ownCpuMicros }]) => [
      `${nameOf(contender)}: ${nameOf(cell)}`,
      ...[rps, toUnguarded, p50Ms, p99Ms, cpuMicros, ownCpuMicros],
    ]),
  );
  const head = ['', 'req/s', 'to no guard', 'p50 ms', 'p99 ms', 'CPU us', 'own CPU us'];
  return `## Guard on ${platform}\n\n${table(head, rows)}\n\n${ratioLines({ ...ratios, ...ratios.liveToHot, selfToSelf })}`;
}

function verifierPart({ contenders, memory, selfToSelf }) {
  const rows = Object.entries(contenders).map(([name, { micros, cpuMicros, speedToBare }]) => [
    nameOf(name),
    ...[micros, cpuMicros, speedToBare],
  ]);
  const { keptTokens, bytesPerToken, distinctTokens, cacheSize, heapMb } = memory;
  return [
    `## Verifier alone\n\n${table(['', 'us/token', 'CPU us', 'speed to bare'], rows)}`,
    `against itself ${show(selfToSelf)}`,
    `${keptTokens.toLocaleString('en')} kept tokens: ${show(bytesPerToken)} bytes each`,
    `${distinctTokens.toLocaleString('en')} tokens past a cache of ${cacheSize.toLocaleString('en')}, heap in MB: ${heapMb.map(show).join(', ')}`,
  ].join('\n\n');
}

function loginPart(database, { cells, ratios, selfToSelf, races }) {
  const rows = Object.entries(cells).flatMap(([contender, byCell]) =>
    Object.entries(byCell).map(([cell, { rps, p50Ms, p99Ms, cpuMicros }]) => [
      `${nameOf(contender)}: ${nameOf(cell)}`,
      ...[rps, p50Ms, p99Ms, cpuMicros],
    ]),
  );
  const raced = Object.entries(races ?? {}).map(
    ([name, { failed, of }]) => `racing first logins, ${nameOf(name)}: ${failed} of ${of} failed`,
  );
  const head = ['', 'logins/s', 'p50 ms', 'p99 ms', 'CPU us'];
  return [`## Login on ${database}\n\n${table(head, rows)}`, ratioLines({ ...ratios, selfToSelf }), ...raced].join(
    '\n\n',
  );
}

function sessionParts({ guards, logins, scale }) {
  const part = (title, { cells, ratios, selfToSelf }) => {
    const rows = Object.entries(cells).map(([name, { rps, p50Ms, p99Ms, cpuMicros }]) => [
      nameOf(name),
      ...[rps, p50Ms, p99Ms, cpuMicros],
    ]);
    return `## ${title}\n\n${table(['', 'req/s', 'p50 ms', 'p99 ms', 'CPU us'], rows)}\n\n${ratioLines({ ...ratios, selfToSelf })}`;
  };
  return [
    ...Object.entries(guards).map(([platform, result]) => part(`Sessions on ${platform}`, result)),
    ...Object.entries(logins).map(([database, result]) => part(`Login with a session on ${database}`, result)),
    ...(scale === null ? [] : [scalePart(scale)]),
  ];
}

function scalePart({ rows, cells, samePlans, costAtMostToLeast }) {
  const lines = rows.map((count) => {
    const { rps, p50Ms, p99Ms } = cells[count];
    return [count.toLocaleString('en'), rps, p50Ms, p99Ms];
  });
  const plans = Object.entries(cells[rows.at(-1)].plans).map(([name, plan]) => `- ${name}: ${plan.join('; ')}`);
  return [
    `## Logins among many users and sessions\n\n${table(['users and sessions', 'logins/s', 'p50 ms', 'p99 ms'], lines)}`,
    `cost at the most to that at the least: ${show(costAtMostToLeast)}; the plans are ${samePlans ? 'the same' : 'DIFFERENT'}:`,
    plans.join('\n'),
  ].join('\n\n');
}

function bootPart(boot) {
  const rows = Object.entries(boot).map(([name, { bootMs, bootMsOverEmpty, rssMb, rssMbOverEmpty, heapMb }]) => [
    nameOf(name),
    ...[bootMs, bootMsOverEmpty, rssMb, rssMbOverEmpty, heapMb],
  ]);
  return `## Boot\n\n${table(['', 'ms', 'ms over empty', 'RSS MB', 'MB over empty', 'heap MB'], rows)}`;
}

function targetPart(targets) {
  const rows = targets.map(({ name, wanted, measured, noise, verdict }) => [
    name,
    ...[wanted, measured, `${Math.round(noise * 100)} %`, verdict],
  ]);
  return `## Wanted\n\n${table(['', 'wanted', 'measured', 'noise', ''], rows)}`;
}

/** The ratios of a section by their keys, those against itself last. */
function ratioLines({ selfToSelf, ...ratios }) {
  const numbers = Object.entries(ratios).filter(([, value]) => typeof value === 'number');
  return [...numbers, ...Object.entries(selfToSelf).map(([key, value]) => [`against itself, ${nameOf(key)}`, value])]
    .map(([key, value]) => `- ${nameOf(key)}: ${show(value)}`)
    .join('\n');
}
