import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';

/** Writes the results, formatted like every other file of the repository, and the chart where there is one. */
export async function writeResults(directory, results, chart) {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'latest.json');
  const json = JSON.stringify(results, (_, value) => (typeof value === 'number' ? rounded(value) : value));
  await writeFile(file, await format(json, { ...(await resolveConfig(file)), parser: 'json' }));
  if (chart !== null) await writeFile(join(directory, 'chart.svg'), chart);
}

/** What the last full run measured. @throws where that was a quick one: its figures say nothing beside others. */
export async function readSections(directory) {
  const { mode, sections } = JSON.parse(await readFile(join(directory, 'latest.json'), 'utf8'));
  if (mode !== 'full') throw new Error(`--keep: ${directory} has the figures of a quick run`);
  return sections;
}

function rounded(value) {
  return Number(value.toPrecision(5));
}
