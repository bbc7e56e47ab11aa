// The manifest that ships is not the one that develops. `prepack` sets package.json aside and leaves a smaller one for npm to
// pack; `postpack` puts the original back, byte for byte.
//
// better-sqlite3 is an optional dependency of the app in this repository. Were it in the packed manifest, every user of the
// module would compile it.
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const manifest = path.join(root, 'package.json');
const original = path.join(root, '.package.json.original');
const developmentOnly = ['scripts', 'devDependencies', 'optionalDependencies', 'overrides'];

function strip() {
  copyFileSync(manifest, original);
  const entries = Object.entries(JSON.parse(readFileSync(manifest, 'utf8')));
  const packed = Object.fromEntries(entries.filter(([name]) => !developmentOnly.includes(name)));
  writeFileSync(manifest, `${JSON.stringify(packed, null, 2)}\n`);
}

function restore() {
  if (existsSync(original)) renameSync(original, manifest);
}

const command = process.argv[2];
if (command === 'strip') {
  // What an interrupted run left behind.
  restore();
  strip();
} else if (command === 'restore') {
  restore();
} else if (command === 'refuse-folder') {
  // npm reads what it tells the registry again after postpack: from a folder, that would be the development manifest.
  console.error('Publish the tarball, not the folder: npm pack && npm publish nestjs-cotter-<version>.tgz');
  process.exitCode = 1;
} else {
  console.error('Usage: node tools/pack-manifest.mjs strip|restore|refuse-folder');
  process.exitCode = 2;
}
