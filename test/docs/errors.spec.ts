import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ERRORS = join(__dirname, '../../src/errors');
const DOCUMENT = readFileSync(join(__dirname, '../../docs/errors.md'), 'utf8');

/** Every code that a class or a union in src/errors states. */
const codes = readdirSync(ERRORS).flatMap((file) =>
  [...readFileSync(join(ERRORS, file), 'utf8').matchAll(/(?:code = |^ {2}\| )'([a-z_]+)'/gm)].map(
    ([, code]) => code ?? '',
  ),
);

describe('docs/errors.md', () => {
  it('is held against a plausible number of codes', () => {
    expect(codes.length).toBeGreaterThan(25);
    expect(codes).toContain('token_expired');
    expect(codes).toContain('identity_missing');
  });

  it.each(codes)('has a row for %s', (code) => {
    expect(DOCUMENT).toMatch(new RegExp(`^\\|.*\`${code}\``, 'm'));
  });
});
