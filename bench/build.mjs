import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { say } from './progress.mjs';

/** The benchmark measures what is published: the built package, by its public entry points. */
export function ensureBuilt() {
  const builtAt = timeOf('dist/index.js');
  const sources = readdirSync('src', { recursive: true }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'),
  );
  // `npm start` leaves the modules as they were compiled.
  const isBundled = existsSync('dist/chunks');
  if (isBundled && sources.every((path) => timeOf(join('src', path)) <= builtAt)) return;
  say('npm run build ...');
  const { status } = spawnSync('npm', ['run', 'build'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error('npm run build failed');
}

function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
}
