import fc, { type Arbitrary } from 'fast-check';

import { decode, encode } from '../fixtures/token-mint.js';

/** Makes another text of a token; the same one where it finds nothing to change. */
export type Mutation = (token: string) => string;

type Part = 0 | 1 | 2;
const anyPart = fc.constantFrom<Part[]>(0, 1, 2);
const jsonPart = fc.constantFrom<Part[]>(0, 1);
const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (fraction: number, length: number): number => Math.floor(fraction * length);

function editPart(token: string, part: Part, edit: (text: string) => string): string {
  return token
    .split('.')
    .map((text, index) => (index === part ? edit(text) : text))
    .join('.');
}

/** Edits what the part says, and writes it down again as an encoder would. */
function editJson(token: string, part: Part, edit: (members: Record<string, unknown>) => object): string {
  return editPart(token, part, (text) => {
    try {
      return encode(JSON.stringify(edit(JSON.parse(decode(text).toString()) as Record<string, unknown>)));
    } catch {
      // A mutation before this one left no JSON here.
      return text;
    }
  });
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.base64String({ maxLength: 8 }),
  fc.constantFrom(
    '=',
    '==',
    '.',
    '..',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\0',
    '%2e',
    '\u200b',
    '\ufeff',
    'A',
    '-',
    '_',
    '+',
    '/',
  ),
);
const anyName = fc.oneof(
  fc.constantFrom('alg', 'kid', 'typ', 'crit', 'jwk', 'x5c', 'aud', 'exp', 'iat', 'iss', 'sub', 'type', 'scope', 'jti'),
  fc.string({ maxLength: 6 }),
);

const flipBitOfText = fc.tuple(position, fc.nat(7)).map(([where, bit]): Mutation => (token) => {
  const index = at(where, token.length);
  return token.slice(0, index) + String.fromCharCode(token.charCodeAt(index) ^ (1 << bit)) + token.slice(index + 1);
});
const flipBitOfBytes = fc.tuple(anyPart, position, fc.nat(7)).map(
  ([part, where, bit]): Mutation =>
    (token) =>
      editPart(token, part, (text) => {
        const bytes = decode(text);
        const index = at(where, bytes.length);
        bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        return bytes.toString('base64url');
      }),
);
const truncate = fc.tuple(position, position).map(
  ([from, to]): Mutation =>
    (token) =>
      token.slice(at(Math.min(from, to), token.length), at(Math.max(from, to), token.length)),
);
const remove = fc.tuple(position, fc.integer({ min: 1, max: 20 })).map(([from, length]): Mutation => (token) => {
  const start = at(from, token.length);
  return token.slice(0, start) + token.slice(start + length);
});
const insert = fc.tuple(position, anyText).map(([where, text]): Mutation => (token) => {
  const index = at(where, token.length + 1);
  return token.slice(0, index) + text + token.slice(index);
});
const surround = fc.tuple(anyText, anyText).map(
  ([before, behind]): Mutation =>
    (token) =>
      before + token + behind,
);
const repeat = fc.tuple(position, position).map(([from, to]): Mutation => (token) => {
  const [start, end] = [at(Math.min(from, to), token.length), at(Math.max(from, to), token.length)];
  return token.slice(0, end) + token.slice(start);
});
const reorder = fc.array(anyPart, { minLength: 1, maxLength: 5 }).map(
  (order): Mutation =>
    (token) =>
      order.map((part) => token.split('.')[part] ?? '').join('.'),
);
const otherSpelling = fc
  .tuple(
    anyPart,
    fc.constantFrom<((text: string) => string)[]>(
      (text) => `${text}=`,
      (text) => `${text}==`,
      (text) => decode(text).toString('base64'),
      (text) => decode(text).toString('hex'),
      (text) => encode(text),
      (text) => encodeURIComponent(`${text} `),
      (text) => text.toUpperCase(),
      (text) => text.toLowerCase(),
      (text) => text.replaceAll('_', '/').replaceAll('-', '+'),
      (text) => text.split('').reverse().join(''),
      (text) => `${text}A`,
    ),
  )
  .map(
    ([part, spell]): Mutation =>
      (token) =>
        editPart(token, part, spell),
  );
const setMember = fc.tuple(jsonPart, anyName, fc.jsonValue({ maxDepth: 2 })).map(
  ([part, name, value]): Mutation =>
    (token) =>
      editJson(token, part, (members) => ({ ...members, [name]: value })),
);
const dropMember = fc.tuple(jsonPart, position).map(
  ([part, which]): Mutation =>
    (token) =>
      editJson(token, part, (members) => {
        const entries = Object.entries(members);
        return Object.fromEntries(entries.filter((_, index) => index !== at(which, entries.length)));
      }),
);
const reverseMembers = jsonPart.map(
  (part): Mutation =>
    (token) =>
      editJson(token, part, (members) => Object.fromEntries(Object.entries(members).reverse())),
);
const indent = jsonPart.map(
  (part): Mutation =>
    (token) =>
      editPart(token, part, (text) => encode(`${decode(text).toString()}\n`)),
);

/** Of every kind. */
export const anyMutation: Arbitrary<Mutation> = fc.oneof(
  flipBitOfText,
  flipBitOfBytes,
  truncate,
  remove,
  insert,
  surround,
  repeat,
  reorder,
  otherSpelling,
  setMember,
  dropMember,
  reverseMembers,
  indent,
);

/** One to three, one after another. */
export const anyMutations: Arbitrary<Mutation> = fc.array(anyMutation, { minLength: 1, maxLength: 3 }).map(
  (all): Mutation =>
    (token) =>
      all.reduce((text, mutate) => mutate(text), token),
);

/** The header, payload and signature of two tokens, mixed. */
export const anyMixture: Arbitrary<(first: string, second: string) => string> = fc
  .tuple(fc.boolean(), fc.boolean(), fc.boolean())
  .map(
    (choices) => (first, second) => choices.map((other, part) => (other ? second : first).split('.')[part]).join('.'),
  );
