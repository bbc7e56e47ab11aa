import { readFile, writeFile } from 'node:fs/promises';

import { show, table } from './table.mjs';

const README = 'README.md';
const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';

/** What the README shows of a run: what is wanted, and what came of it. */
export function readmeTable({ machine, targets }) {
  const rows = targets.map(({ name, wanted, measured, verdict }) => [name, wanted, show(measured), verdict]);
  const where = `Node ${machine.node}, ${machine.platform}, ${machine.cpus} CPUs.`;
  return `${BEGIN}\n\n${table(['', 'wanted', 'measured', ''], rows)}\n\n${where}\n\n${END}`;
}

/** Puts a run in the place of the one that the README shows. */
export async function updateReadme(results) {
  const text = await readFile(README, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end === -1) throw new Error(`${README} has no place between ${BEGIN} and ${END}`);
  await writeFile(README, `${text.slice(0, begin)}${readmeTable(results)}${text.slice(end + END.length)}`);
}
