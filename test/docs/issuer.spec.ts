import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const DOCUMENT = read('docs/issuer.md');
const ERRORS = read('docs/errors.md');

const rowOf = (name: string): RegExp => new RegExp(`^\\|.*\`${name}\``, 'm');

function membersOf(name: string): string[] {
  const source = read('src/issuer/cotter-issuer.options.ts');
  const body = new RegExp(`export interface ${name} \\{([\\s\\S]*?)^\\}`, 'm').exec(source)?.[1] ?? '';
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member = '']) => member);
}

/** Every code that an error of the issuer states. */
const codes = readdirSync(join(ROOT, 'src/issuer'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.errors?\.ts$/.test(file))
  .flatMap((file) => [...read(join('src/issuer', file)).matchAll(/(?:code = '|^ {2})([a-z]+(?:_[a-z]+)+)(?:'|: ')/gm)])
  .map(([, code = '']) => code);

describe('docs/issuer.md', () => {
  const options = [...membersOf('CotterIssuerOptions'), ...membersOf('CotterIssuerClientOptions')];

  it('is held against what there is', () => {
    expect(options).toEqual(expect.arrayContaining(['publicUrl', 'trustedProxies', 'publicUserLookup']));
    expect(codes).toEqual(expect.arrayContaining(['not_offered', 'secret_key_unset', 'too_many_codes']));
  });

  it.each(options)('has a row for the option %s', (option) => {
    expect(DOCUMENT).toMatch(rowOf(option));
  });

  it.each(codes)('leads to a row for the code %s', (code) => {
    expect(ERRORS).toMatch(rowOf(code));
  });

  it('links to files that exist', () => {
    const links = [...DOCUMENT.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(ROOT, 'docs', link)))).toEqual([]);
  });
});
