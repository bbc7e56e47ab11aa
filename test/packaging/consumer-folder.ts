import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const typescript = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const typeRoots = path.resolve(import.meta.dirname, '../../node_modules/@types');

/** What ended, and how: a process that fails is an answer here, not an exception. */
export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

async function outcomeOf(file: string, parameters: string[], cwd: string): Promise<Outcome> {
  try {
    const { stdout, stderr } = await run(file, parameters, { cwd, timeout: 60_000 });
    return { exitCode: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
    return { exitCode: typeof code === 'number' ? code : -1, stdout: stdout ?? '', stderr: stderr ?? String(error) };
  }
}

/** A user's project in a temporary folder, outside of this repository so that nothing of its node_modules is found. */
export class ConsumerFolder {
  private constructor(readonly path: string) {}

  /** Makes the project and installs the packages (`name@version`, or the path of a tarball). */
  static async create(type: 'commonjs' | 'module', packages: readonly string[]): Promise<ConsumerFolder> {
    const folder = await mkdtemp(path.join(tmpdir(), 'nestjs-cotter-consumer-'));
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type }));
    await cp(path.join(import.meta.dirname, 'consumer'), folder, { recursive: true });
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...packages], { cwd: folder });
    return new ConsumerFolder(folder);
  }

  /** Compiles one file, `strict`; `checkLibraries` looks into the declarations of the packages too. */
  async compile(file: string, { checkLibraries = false } = {}): Promise<Outcome> {
    const flags =
      '--strict --module node20 --target es2022 --experimentalDecorators --emitDecoratorMetadata --ignoreConfig --pretty false';
    const types = ['--types', 'node', '--typeRoots', typeRoots, '--skipLibCheck', String(!checkLibraries)];
    return outcomeOf(process.execPath, [typescript, ...flags.split(' '), ...types, file], this.path);
  }

  /** What the compiler has against a file or the declarations of nestjs-cotter; what other packages declare is their affair. */
  async complaintsAboutTypes(file: string): Promise<string[]> {
    const { stdout } = await this.compile(file, { checkLibraries: true });
    return stdout.split('\n').filter((line) => line.startsWith(file) || line.includes('nestjs-cotter/dist/'));
  }

  async node(...parameters: string[]): Promise<Outcome> {
    return outcomeOf(process.execPath, parameters, this.path);
  }

  /** Loads a module in a fresh process, by `import()` or `require()`. Prints the names that it exports. */
  async load(how: 'import' | 'require', name: string): Promise<Outcome> {
    const load = how === 'import' ? `import('${name}')` : `Promise.resolve(require('${name}'))`;
    const script = `${load}.then((loaded) => console.log(Object.keys(loaded).join()))`;
    return this.node('--input-type=commonjs', '--eval', script);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
