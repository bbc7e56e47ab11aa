import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { writeAttacksDocument } from '../attacks/document/attacks-document.js';
import { measureRecipe } from '../attacks/recipe/measure.js';

describe('docs/attacks.md', () => {
  it('is what `npm run attacks:docs` writes', async () => {
    const written = readFileSync(join(__dirname, '../../docs/attacks.md'), 'utf8');
    expect(writeAttacksDocument(await measureRecipe())).toBe(written);
  }, 180_000);
});
