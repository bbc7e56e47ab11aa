import { writeFile } from 'node:fs/promises';

import 'reflect-metadata';

import { measureRecipe } from '../recipe/measure.js';
import { writeAttacksDocument } from './attacks-document.js';

await writeFile('docs/attacks.md', writeAttacksDocument(await measureRecipe()));
