import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { writeIssuerRefusals } from './issuer-refusals.js';

const DOCUMENT = join(__dirname, '../../docs/issuer-refusals.md');

describe('docs/issuer-refusals.md', () => {
  it('says what the issuer answers (UPDATE_DOCS=1 writes it anew)', async () => {
    const written = await writeIssuerRefusals();
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(DOCUMENT, written);
    expect(readFileSync(DOCUMENT, 'utf8')).toBe(written);
  }, 60_000);
});
