import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const repository = path.resolve(import.meta.dirname, '../..');
/** What a build and a pack need, and nothing that one could leave changed behind. */
const parts = [
  'src',
  'tools',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
];

/** The tarball that `npm pack` makes of this repository, made in a copy of it. */
export class PackedPackage {
  private constructor(
    private readonly folder: string,
    /** The tarball. */
    readonly tarball: string,
    /** The files in it, without the leading `package/`. */
    readonly files: readonly string[],
  ) {}

  static async create(): Promise<PackedPackage> {
    const folder = await mkdtemp(path.join(tmpdir(), 'nestjs-cotter-pack-'));
    const copy = path.join(folder, 'repository');
    await mkdir(copy);
    for (const part of parts) {
      await cp(path.join(repository, part), path.join(copy, part), { recursive: true, preserveTimestamps: true });
    }
    await symlink(path.join(repository, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
    await run('npm', ['pack', '--pack-destination', folder], { cwd: copy });
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
    if (tarball === undefined) throw new Error('npm pack made no tarball');
    const listing = await run('tar', ['-tzf', path.join(folder, tarball)]);
    const files = listing.stdout.trim().split('\n');
    return new PackedPackage(
      folder,
      path.join(folder, tarball),
      files.map((name) => name.replace(/^package\//, '')),
    );
  }

  /** A file of the tarball. */
  async read(name: string): Promise<string> {
    const { stdout } = await run('tar', ['-xzOf', this.tarball, `package/${name}`], { maxBuffer: 2 ** 24 });
    return stdout;
  }

  /** The manifest of the repository, before packing and after it. */
  async manifests(): Promise<{ before: string; after: string }> {
    return {
      before: await readFile(path.join(repository, 'package.json'), 'utf8'),
      after: await readFile(path.join(this.folder, 'repository', 'package.json'), 'utf8'),
    };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
