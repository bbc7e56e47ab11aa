import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import ts from 'typescript';

const ROOT = join(__dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** Beside the tests, so that the examples find the project's packages and the package itself by name. */
const EXAMPLES = join(__dirname, '.readme');

interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** From the comment in the first line. */
  readonly file: string | undefined;
}

const blocks: CodeBlock[] = [...README.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', code = '']) => ({
    language,
    code,
    file: /^\/\/ (\S+)\n/.exec(code)?.[1],
  }),
);
const examples = blocks.filter((block) => block.language === 'ts');

rmSync(EXAMPLES, { recursive: true, force: true });
for (const { file, code } of examples) {
  const path = join(EXAMPLES, file ?? 'unnamed.ts');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code);
}

describe('the README', () => {
  it('names the file of each of its examples, and shows commands and TypeScript only', () => {
    expect(examples.length).toBeGreaterThanOrEqual(9);
    expect(examples.filter(({ file }) => file === undefined)).toEqual([]);
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['ts', 'bash']));
  });

  it('has examples that compile together under the strictest settings', () => {
    const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
      config: object;
    };
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
    const program = ts.createProgram(
      examples.map(({ file }) => join(EXAMPLES, file ?? '')),
      { ...options, noEmit: true, noPropertyAccessFromIndexSignature: false },
    );
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
    expect(problems).toEqual([]);
  });

  it('names commands that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const commands = blocks.filter(({ language }) => language === 'bash').map(({ code }) => code.trim());
    expect(commands).toEqual(expect.arrayContaining(['npm ci && npm start', 'npm ci && npm test']));
    const named = [...README.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);
    expect([...named, 'start', 'test'].filter((script) => !(script in scripts))).toEqual([]);
  });

  it('links to files that exist', () => {
    const links = [...README.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(5);
    expect(
      links.filter((link) => !ts.sys.fileExists(join(ROOT, link)) && !ts.sys.directoryExists(join(ROOT, link))),
    ).toEqual([]);
  });
});

describe('its tables', () => {
  const membersOf = (file: string, name: string): string[] => {
    const body =
      new RegExp(`export interface ${name} \\{([\\s\\S]*?)^\\}`, 'm').exec(
        readFileSync(join(ROOT, file), 'utf8'),
      )?.[1] ?? '';
    return [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, member = '']) => member);
  };
  const options = [
    ...membersOf('src/cotter.options.ts', 'CotterModuleOptions'),
    ...membersOf('src/cotter.module-definition.ts', 'CotterModuleExtras'),
  ];
  const variables = [...readFileSync(join(ROOT, 'src/app/app.config.ts'), 'utf8').matchAll(/\('([A-Z][A-Z_]+)'/g)].map(
    ([, variable = '']) => variable,
  );

  it('are held against what there is', () => {
    expect(options).toEqual(expect.arrayContaining(['apiKeyId', 'trust', 'users']));
    expect(variables).toEqual(expect.arrayContaining(['PORT', 'DATABASE_URL', 'CORS_ORIGINS']));
  });

  // `imports` is what every Nest module has.
  it.each([...new Set([...options, ...variables])].filter((name) => name !== 'imports' && name !== 'NODE_ENV'))(
    'have %s',
    (name) => {
      expect(README).toMatch(new RegExp(`^\\|[^|]*\`${name}\``, 'm'));
    },
  );
});

describe('its figures', () => {
  const { mode, targets } = JSON.parse(readFileSync(join(ROOT, 'bench/results/latest.json'), 'utf8')) as {
    mode: string;
    targets: { name: string; wanted: string; measured: number; verdict: string }[];
  };
  const shown = (/<!-- bench: begin -->\n([\s\S]*?)<!-- bench: end -->/.exec(README)?.[1] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| --'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

  it('are those of the last full run', () => {
    expect(mode).toBe('full');
    expect(shown.slice(1).map(([, name, wanted, , verdict]) => [name, wanted, verdict])).toEqual(
      targets.map(({ name, wanted, verdict }) => [name, wanted, verdict]),
    );
    for (const [row, { measured }] of targets.entries()) {
      const figure = Number(shown[row + 1]?.[3]?.replaceAll(',', ''));
      expect(Math.abs(figure - measured)).toBeLessThanOrEqual(Math.max(0.5, measured / 100));
    }
  });
});

// The test that the README shows is itself a test: its suite runs as a part of this one.
describe('its example of a test', () => {
  jest.requireActual(join(EXAMPLES, 'test/profile.spec.ts'));
});
