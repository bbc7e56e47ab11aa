// The second half of `npm run build`: puts the compiled modules of each entry point into one file, since Node takes longer to find and link two
// hundred files than to run them. What several entry points share goes into `dist/chunks`. Declarations, assets and the addresses that modules
// know themselves by (`import.meta.url`) stay where they were, and the source maps lead to the TypeScript.
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { rollup } from 'rollup';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');

const { exports } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
const entries = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target.default]));
// The example app is not published, but whoever has built it starts it from here too.
const inputs = [...entries, './dist/app/main.js'].map((file) => path.join(root, file));

const asCompiled = {
  name: 'as-compiled',
  async load(id) {
    const [code, map] = await Promise.all([readFile(id, 'utf8'), readFile(`${id}.map`, 'utf8')]);
    return { code, map };
  },
  /** Files beside a module are found from where it was compiled to, not from where it is now. */
  resolveImportMeta(property, { chunkId, moduleId }) {
    if (property !== 'url') return null;
    const home = path.relative(path.dirname(path.join(dist, chunkId)), moduleId).replaceAll(path.sep, '/');
    return `new URL(${JSON.stringify(home)}, import.meta.url).href`;
  },
};

const bundle = await rollup({
  input: Object.fromEntries(inputs.map((file) => [path.relative(dist, file).slice(0, -'.js'.length), file])),
  // Packages are loaded as they were; only what stands in dist is put together.
  external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
  plugins: [asCompiled],
  // Decorators and registrations are what many of the modules are there for.
  treeshake: false,
  onLog: (level, log, handle) => handle(level === 'warn' ? 'error' : level, log),
});
// By now all is read. What has declarations was compiled; other scripts are files that pages load.
const files = await readdir(dist, { recursive: true });
for (const module of files.filter((file) => file.endsWith('.d.ts')).map((file) => file.replace(/d\.ts$/, 'js'))) {
  await Promise.all([rm(path.join(dist, module)), rm(path.join(dist, `${module}.map`))]);
}

const { output } = await bundle.write({
  dir: dist,
  format: 'es',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name].js',
  hoistTransitiveImports: false,
});
await bundle.close();

const renamed = output.flatMap(({ code }) => code?.match(/\bclass \w+\$\d+/g) ?? []);
if (renamed.length > 0) {
  throw new Error(`two classes in one file have one name, and applications would read: ${renamed.join(', ')}`);
}
