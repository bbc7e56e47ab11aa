import { ConsumerFolder } from './consumer-folder.js';
import { PackedPackage } from './packed-package.js';

jest.setTimeout(300_000);

const users = [
  {
    what: 'a CommonJS app on Nest 11',
    type: 'commonjs',
    // The oldest that the peer ranges allow.
    typeorm: ['typeorm@0.3.20', '@nestjs/typeorm@11.0.0', 'sql.js@1.16.0'],
    packages: [
      '@nestjs/common@11.2.10',
      '@nestjs/core@11.2.10',
      '@nestjs/platform-express@11.2.10',
      '@nestjs/testing@11.2.6',
      '@nestjs/passport@11.0.5',
    ],
  },
  {
    what: 'an ES module app on Nest 12',
    type: 'module',
    typeorm: ['typeorm@1.1.1', '@nestjs/typeorm@12.0.2', 'sql.js@1.16.0'],
    packages: [
      '@nestjs/common@12.5.1',
      '@nestjs/core@12.5.1',
      '@nestjs/platform-express@12.5.1',
      '@nestjs/testing@12.1.1',
      '@nestjs/passport@12.0.0',
    ],
  },
] as const;

let packed: PackedPackage;

beforeAll(async () => {
  packed = await PackedPackage.create();
});

afterAll(async () => {
  await packed.remove();
});

describe('the packed tarball', () => {
  it('makes its users compile no database driver', async () => {
    const manifest = JSON.parse(await packed.read('package.json'));
    expect(manifest.optionalDependencies).toBeUndefined();
    expect(Object.keys(manifest.dependencies)).not.toContain('better-sqlite3');
    expect(manifest.scripts).toBeUndefined();
  });

  it('holds every file that its exports name, and leaves the app and the tests at home', async () => {
    const manifest = JSON.parse(await packed.read('package.json'));
    const named = Object.values<string | Record<string, string>>(manifest.exports)
      .flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)))
      .map((file) => file.replace('./', ''));
    expect(packed.files).toEqual(expect.arrayContaining(named));
    expect(packed.files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'CHANGELOG.md']));
    expect(packed.files.filter((file) => /^(dist\/app|src|test|tools)\/|\.spec\./.test(file))).toEqual([]);
  });

  it('has a file for each entry point and one for each part that they share, and declarations for every module', () => {
    const modules = packed.files.filter((file) => file.endsWith('.js') && !/\/(pages|browser)\//.test(file));
    const entries = ['index', 'issuer/index', 'redis/index', 'testing/index', 'typeorm/index'];
    const shared = modules.filter((file) => file.startsWith('dist/chunks/'));
    expect(modules.filter((file) => !shared.includes(file)).sort()).toEqual(entries.map((name) => `dist/${name}.js`));
    expect(shared.length).toBeLessThan(15);
    expect(packed.files).toEqual(expect.arrayContaining(modules.map((file) => `${file}.map`)));
    expect(packed.files).toContain('dist/tokens/token-verifier.d.ts');
  });

  it('leaves the manifest of the repository as it was, byte for byte', async () => {
    const { before, after } = await packed.manifests();
    expect(after).toBe(before);
  });
});

const common = ['passport@0.7.0', 'reflect-metadata@0.2.2', 'rxjs@7.8.2'];

describe.each(users)('in $what, without TypeORM', ({ type, packages }) => {
  let folder: ConsumerFolder;

  beforeAll(async () => {
    folder = await ConsumerFolder.create(type, [...packages, ...common, packed.tarball]);
  });

  afterAll(async () => {
    await folder.remove();
  });

  it.each(['typeorm', '@nestjs/typeorm', 'better-sqlite3'])('does not bring %s with it', async (name) => {
    const outcome = await folder.node('--input-type=commonjs', '--eval', `require.resolve('${name}')`);
    expect(outcome.stderr).toContain(`Cannot find module '${name}'`);
  });

  it.each([
    ['import', 'nestjs-cotter', 'CotterModule'],
    ['require', 'nestjs-cotter', 'CotterModule'],
    ['import', 'nestjs-cotter/testing', 'CotterTestIssuer'],
    ['require', 'nestjs-cotter/testing', 'CotterTestIssuer'],
  ] as const)('%ss %s', async (how, name, exported) => {
    const outcome = await folder.load(how, name);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(exported) });
  });

  it('gives its manifest to whoever asks', async () => {
    expect(await folder.load('require', 'nestjs-cotter/package.json')).toMatchObject({ exitCode: 0 });
  });

  it.each(['nestjs-cotter/typeorm', 'nestjs-cotter/issuer'])('says of %s that TypeORM is missing', async (name) => {
    const outcome = await folder.load('import', name);
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.stderr).toMatch(/Cannot find package '(@nestjs\/)?typeorm'/);
  });

  it('keeps what is no entry point to itself', async () => {
    const outcome = await folder.load('import', 'nestjs-cotter/dist/index.js');
    expect(outcome.stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('declares types that stand on its dependencies and peers alone', async () => {
    expect(await folder.complaintsAboutTypes('types.ts')).toEqual([]);
  });

  it('leads from an error to the line of its TypeScript', async () => {
    const script = `import('nestjs-cotter').then(({ CotterModule }) => CotterModule.forRoot({}))`;
    const { stderr } = await folder.node('--enable-source-maps', '--input-type=commonjs', '--eval', script);
    expect(stderr).toMatch(/at .*nestjs-cotter\/src\/cotter\.stores\.ts:\d+:\d+/);
  });

  it('compiles, boots and guards a route', async () => {
    expect(await folder.compile('app.ts')).toMatchObject({ exitCode: 0, stdout: '' });
    const { exitCode, stdout, stderr } = await folder.node('app.js');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({
      stranger: {
        status: 401,
        challenge: 'Bearer realm="cotter"',
        body: expect.objectContaining({ status: 401 }),
      },
      person: { status: 200, challenge: null, body: { subject: 'somebody' } },
    });
  });
});

describe.each(users)('in $what, with $typeorm.0', ({ type, packages, typeorm }) => {
  let folder: ConsumerFolder;

  beforeAll(async () => {
    folder = await ConsumerFolder.create(type, [...packages, ...common, ...typeorm, packed.tarball]);
  });

  afterAll(async () => {
    await folder.remove();
  });

  it.each([
    ['import', 'nestjs-cotter/typeorm', 'CotterUser'],
    ['require', 'nestjs-cotter/typeorm', 'CotterUser'],
    ['import', 'nestjs-cotter/issuer', 'CotterIssuerModule'],
    ['require', 'nestjs-cotter/issuer', 'CotterIssuerModule'],
  ] as const)('%ss %s', async (how, name, exported) => {
    const outcome = await folder.load(how, name);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(exported) });
  });

  it('declares types that stand on its dependencies and peers alone', async () => {
    expect(await folder.complaintsAboutTypes('all-types.ts')).toEqual([]);
  });

  it('registers a person, knows them again, and runs an issuer', async () => {
    expect(await folder.compile('users.ts')).toMatchObject({ exitCode: 0, stdout: '' });
    const { exitCode, stdout, stderr } = await folder.node('users.js');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toEqual({
      logins: [
        { status: 201, created: true, identifier: 'somebody@example.com' },
        { status: 200, created: false, identifier: 'somebody@example.com' },
      ],
      keys: ['ES256'],
    });
  });
});
