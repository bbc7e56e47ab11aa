// `npm run bench`: how fast the guard and the login are, next to no guard and to the usual recipe. See `--help`.

import { HELP, parseArguments } from './arguments.mjs';
import { ensureBuilt } from './build.mjs';
import { measureBoot } from './boot/section.mjs';
import { measureGuards } from './guards/section.mjs';
import { measureLogins } from './login/section.mjs';
import { machineFacts } from './machine.mjs';
import { planOf } from './plan.mjs';
import { say, sinceStart } from './progress.mjs';
import { drawChart } from './report/chart.mjs';
import { readSections, writeResults } from './report/files.mjs';
import { printReport } from './report/print.mjs';
import { updateReadme } from './report/readme.mjs';
import { measureSessions } from './sessions/section.mjs';
import { judge } from './targets.mjs';
import { measureVerifier } from './verifier/section.mjs';

const SECTIONS = {
  guards: measureGuards,
  verifier: measureVerifier,
  login: measureLogins,
  sessions: measureSessions,
  boot: measureBoot,
};

const given = parseArguments(process.argv.slice(2), Object.keys(SECTIONS));
if (given.help) {
  process.stdout.write(HELP);
} else {
  ensureBuilt();
  const plan = planOf(given);
  const known = given.keep ? await readSections(given.out) : {};
  const sections = { ...known };
  for (const name of given.sections) {
    say(`${name} ...`);
    sections[name] = await SECTIONS[name](plan);
  }
  const targets = judge(sections);
  const results = {
    mode: given.quick ? 'quick' : 'full',
    machine: machineFacts(),
    seconds: sinceStart(),
    sections,
    targets,
  };
  printReport(results);
  const chart = given.sections.includes('guards') ? drawChart(results) : null;
  await writeResults(given.out, results, chart);
  if (given.readme) await updateReadme(results);
  if (given.check && targets.some((target) => target.verdict === 'missed')) process.exitCode = 1;
}
