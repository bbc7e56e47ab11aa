// `npm start`: builds where there is no build or the sources are newer than it, then becomes the app.
//
// The script in package.json says `exec node ... || node ...`: with exec, npm hands SIGTERM to this process and not to a shell
// that would die and leave the app behind; Windows has no exec, and takes the second half.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const main = path.join(root, 'dist', 'app', 'main.js');

/** The youngest modification under a path, in epoch milliseconds. Folders count too: they change when a file goes away. */
function newestChange(file) {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  const entries = readdirSync(file).filter((name) => !name.endsWith('.spec.ts'));
  return Math.max(stats.mtimeMs, ...entries.map((name) => newestChange(path.join(file, name))));
}

function buildIsCurrent() {
  if (!existsSync(main)) return false;
  const sources = ['src', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];
  return sources.every((name) => newestChange(path.join(root, name)) <= statSync(main).mtimeMs);
}

/** Runs `nest build`; gives its exit code, or 128 + signal where one ended it. */
async function build() {
  const cli = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');
  const child = spawn(process.execPath, [cli, 'build'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 143)));
  });
  process.off('SIGINT', forward).off('SIGTERM', forward);
  // The compiler writes files even where it finds errors: the next start must not take them for a build.
  if (code !== 0) rmSync(main, { force: true });
  return code;
}

if (!buildIsCurrent()) {
  console.log('Building nestjs-cotter ...');
  const code = await build();
  if (code !== 0) {
    console.error('The build failed, nothing was started.');
    process.exit(code);
  }
}

// In this process rather than a child: signals and the exit code are the app's own.
process.argv[1] = main;
await import(pathToFileURL(main).href);
