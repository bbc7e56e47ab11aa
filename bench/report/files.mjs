import { mkdir, writeFile } from 'node:fs/promises';
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

function rounded(value) {
  return Number(value.toPrecision(5));
}
