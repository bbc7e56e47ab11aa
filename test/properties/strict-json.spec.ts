import fc, { type Arbitrary } from 'fast-check';

import { parseStrictJson } from '../../src/tokens/strict-json.js';
import { runs, TIMEOUT_MS } from './runs.js';

jest.setTimeout(TIMEOUT_MS);

/** A JSON value as a tree in which a member may stand more than once, and the text of it in one of its many spellings. */
type Tree =
  | { readonly kind: 'leaf'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Tree[]; readonly space: string }
  | { readonly kind: 'object'; readonly members: readonly Member[]; readonly space: string };
interface Member {
  readonly name: string;
  /** Writes each character as an escape. */
  readonly escaped: boolean;
  readonly value: Tree;
}

const space = fc.constantFrom('', ' ', '\n', '\t\r ', '  ');
// Few names, so that they meet; some look like the syntax around them.
const memberName = fc.constantFrom(
  'a',
  'b',
  '',
  '"',
  '\\',
  '":',
  '{"a":1,"a":2}',
  '__proto__',
  'constructor',
  'é',
  '\ud83d\ude00',
);
const leaf: Arbitrary<Tree> = fc
  .oneof(fc.jsonValue({ maxDepth: 0 }), memberName)
  .map((value) => ({ kind: 'leaf', text: JSON.stringify(value) }));

const { object: anyObject } = fc.letrec<{ tree: Tree; list: Tree; object: Tree & { kind: 'object' } }>((tie) => ({
  tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('list'), tie('object')),
  list: fc.record({ kind: fc.constant('list'), items: fc.array(tie('tree'), { maxLength: 3 }), space }),
  object: fc.record({
    kind: fc.constant('object'),
    members: fc.array(fc.record({ name: memberName, escaped: fc.boolean(), value: tie('tree') }), { maxLength: 4 }),
    space,
  }),
}));

function write(tree: Tree): string {
  switch (tree.kind) {
    case 'leaf':
      return tree.text;
    case 'list':
      return `[${tree.space}${tree.items.map(write).join(`${tree.space},`)}]`;
    case 'object': {
      const members = tree.members.map(
        (member) => `${tree.space}${writeName(member)}${tree.space}:${tree.space}${write(member.value)}${tree.space}`,
      );
      return `{${members.join(',')}}`;
    }
  }
}

function writeName({ name, escaped }: Member): string {
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return escaped ? `"${name.split('').map(escape).join('')}"` : JSON.stringify(name);
}

function hasDouble(tree: Tree): boolean {
  if (tree.kind === 'leaf') return false;
  if (tree.kind === 'list') return tree.items.some(hasDouble);
  const names = tree.members.map(({ name }) => name);
  return new Set(names).size < names.length || tree.members.some(({ value }) => hasDouble(value));
}

/** What `JSON.parse` makes of a text, or that it throws. */
function parse(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(Buffer.from(text).toString()) as unknown };
  } catch {
    return null;
  }
}

describe('strict JSON', () => {
  it('reads an object as JSON.parse does, or refuses it for a member that stands twice', () => {
    let doubles = 0;
    fc.assert(
      fc.property(anyObject, (tree) => {
        const text = write(tree);
        const expected = hasDouble(tree)
          ? { problem: 'each member once' }
          : { object: JSON.parse(Buffer.from(text).toString()) as unknown };
        if (hasDouble(tree)) doubles++;
        expect(parseStrictJson(Buffer.from(text))).toEqual(expected);
      }),
      runs(1_500),
    );
    // Both happen often, or the property would say little.
    expect(doubles).toBeGreaterThan(300);
    expect(doubles).toBeLessThan(1_200);
  });

  it('accepts no text that JSON.parse refuses, and never says otherwise than it', () => {
    const anySyntax = fc
      .array(fc.constantFrom(...'{}[]":,\\ \n01eau-.', 'true', 'null', '{"a":', '"a"', '\\u0061'), { maxLength: 14 })
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(anySyntax, fc.json(), fc.string({ unit: 'binary' })), (text) => {
        const parsed = parse(text);
        const strict = parseStrictJson(Buffer.from(text));
        if ('object' in strict) expect(parsed).toEqual({ value: strict.object });
        else if (strict.problem === 'JSON') expect(parsed).toBeNull();
        else expect(parsed).not.toBeNull();
      }),
      runs(3_000),
    );
  });

  it('reads every object that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (members, indentation) => {
        const text = JSON.stringify(members, null, indentation);
        expect(parseStrictJson(Buffer.from(text))).toEqual({
          object: JSON.parse(Buffer.from(text).toString()) as unknown,
        });
      }),
      runs(500),
    );
  });
});
