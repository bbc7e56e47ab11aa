import { tokenFamily, type TokenRow } from '../attack.js';
import { encode, type Forge } from '../forge.js';

const MALFORMED = 'malformed_token';

const headerOf = (forge: Forge): string => JSON.stringify(forge.header());
const claimsOf = (forge: Forge): string => JSON.stringify(forge.claims());
const headerText = (text: (forge: Forge) => string | Buffer) => (forge: Forge) =>
  forge.token({ headerText: text(forge) });
const payloadText = (text: (forge: Forge) => string | Buffer) => (forge: Forge) =>
  forge.token({ payloadText: text(forge) });

const notUtf8 = (json: string): Buffer =>
  Buffer.concat([Buffer.from(json.slice(0, -1)), Buffer.from(',"x":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
const overlong = (json: string): Buffer =>
  Buffer.concat([Buffer.from(json.slice(0, -1)), Buffer.from(',"x":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]);
const surrogates = (json: string): Buffer =>
  Buffer.concat([
    Buffer.from(json.slice(0, -1)),
    Buffer.from(',"x":"'),
    Buffer.from([0xed, 0xa0, 0x80]),
    Buffer.from('"}'),
  ]);
const latin1 = (json: string): Buffer => Buffer.from(`${json.slice(0, -1)},"name":"Zoë"}`, 'latin1');
const withBom = (json: string): string => `\ufeff${json}`;
const twice = (json: string, member: string): string => `${json.slice(0, -1)},${member}}`;
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const header: TokenRow[] = [
  ['a header that is no JSON', 'sends text for a header', MALFORMED, headerText(() => 'alg=ES256')],
  ['a header that is null', 'has the server read a member of null', MALFORMED, headerText(() => 'null')],
  ['a header that is a list', 'puts the header into a list', MALFORMED, headerText((f) => `[${headerOf(f)}]`)],
  ['a header that is a string', 'encodes the header twice', MALFORMED, headerText((f) => JSON.stringify(headerOf(f)))],
  ['a header that is a number', 'sends 1 for a header', MALFORMED, headerText(() => '1')],
  ['a header that is true', 'sends true for a header', MALFORMED, headerText(() => 'true')],
  ['an empty header object', 'sends {} for a header', 'unsupported_algorithm', headerText(() => '{}')],
  ['a header with alg twice', 'names none and then ES256', MALFORMED, (f) => double(f, '"alg":"none"', 'header')],
  ['a header with kid twice', 'names two keys', MALFORMED, (f) => double(f, '"kid":"other"', 'header')],
  [
    'a header with an escaped twin',
    'writes the second alg with an escape sequence',
    MALFORMED,
    (f) => double(f, '"\\u0061lg":"none"', 'header'),
  ],
  [
    'a byte order mark in the header',
    'hopes for a parser that skips it',
    MALFORMED,
    headerText((f) => withBom(headerOf(f))),
  ],
  ['a header that is not UTF-8', 'sends a broken sequence', MALFORMED, headerText((f) => notUtf8(headerOf(f)))],
  [
    'a header in UTF-16',
    'writes two bytes a character',
    MALFORMED,
    headerText((f) => Buffer.from(headerOf(f), 'utf16le')),
  ],
  ['a comment in the header', 'hopes for a lenient parser', MALFORMED, headerText((f) => `${headerOf(f)}//`)],
  [
    'a header with single quotes',
    'hopes for a lenient parser',
    MALFORMED,
    headerText((f) => headerOf(f).replaceAll('"', "'")),
  ],
  ['two header objects', 'puts a second object behind the first', MALFORMED, headerText((f) => `${headerOf(f)}{}`)],
  ['a NUL behind the header', 'hopes for a parser that stops there', MALFORMED, headerText((f) => `${headerOf(f)}\0`)],
  ['a header without its end', 'cuts the last brace off', MALFORMED, headerText((f) => headerOf(f).slice(0, -1))],
  [
    'a header of a thousand levels',
    'has the parser dig',
    MALFORMED,
    headerText((f) => twice(headerOf(f), `"crit":${nested(1000)}`)),
  ],
];

const payload: TokenRow[] = [
  ['a payload that is no JSON', 'sends text for claims', MALFORMED, payloadText(() => 'sub=admin')],
  ['a payload that is null', 'has the server read a claim of null', MALFORMED, payloadText(() => 'null')],
  ['a payload that is a list', 'puts the claims into a list', MALFORMED, payloadText((f) => `[${claimsOf(f)}]`)],
  [
    'a payload that is a string',
    'encodes the claims twice',
    MALFORMED,
    payloadText((f) => JSON.stringify(claimsOf(f))),
  ],
  ['a payload that is a number', 'sends 1 for claims', MALFORMED, payloadText(() => '1')],
  ['a payload that is false', 'sends false for claims', MALFORMED, payloadText(() => 'false')],
  ['a payload of white space', 'sends a space for claims', MALFORMED, payloadText(() => ' ')],
  ['an empty payload object', 'sends {} for claims', 'invalid_issuer', payloadText(() => '{}')],
  ['a payload with sub twice', 'names two subjects', MALFORMED, (f) => double(f, '"sub":"admin"', 'payload')],
  ['a payload with exp twice', 'names two expiries', MALFORMED, (f) => double(f, '"exp":9999999999', 'payload')],
  ['a payload with aud twice', 'names two audiences', MALFORMED, (f) => double(f, '"aud":"other"', 'payload')],
  [
    'a payload with an escaped twin',
    'writes the second sub with an escape sequence',
    MALFORMED,
    (f) => double(f, '"s\\u0075b":"admin"', 'payload'),
  ],
  [
    'a payload with a twin inside',
    'hides two members of one name in a claim',
    MALFORMED,
    payloadText((f) => twice(claimsOf(f), '"x":[{"a":1,"a":2}]')),
  ],
  [
    'a payload with white space before a twin',
    'puts spaces between the name and its colon',
    MALFORMED,
    payloadText((f) => twice(claimsOf(f), '"sub" \t\n: "admin"')),
  ],
  [
    'a byte order mark in the payload',
    'hopes for a parser that skips it',
    MALFORMED,
    payloadText((f) => withBom(claimsOf(f))),
  ],
  ['a payload that is not UTF-8', 'sends a broken sequence', MALFORMED, payloadText((f) => notUtf8(claimsOf(f)))],
  ['an overlong encoding', 'spells a slash in two bytes', MALFORMED, payloadText((f) => overlong(claimsOf(f)))],
  [
    'an encoded surrogate',
    'spells half a character in three bytes',
    MALFORMED,
    payloadText((f) => surrogates(claimsOf(f))),
  ],
  ['a payload in Latin-1', 'sends another character set', MALFORMED, payloadText((f) => latin1(claimsOf(f)))],
  [
    'a payload in UTF-16',
    'writes two bytes a character',
    MALFORMED,
    payloadText((f) => Buffer.from(claimsOf(f), 'utf16le')),
  ],
  ['NaN for exp', 'writes what JSON has no word for', MALFORMED, (f) => f.withRawClaim('exp', 'NaN')],
  ['Infinity for exp', 'writes what JSON has no word for', MALFORMED, (f) => f.withRawClaim('exp', 'Infinity')],
  [
    'a hexadecimal exp',
    'writes a number that JSON does not know',
    MALFORMED,
    (f) => f.withRawClaim('exp', '0xffffffff'),
  ],
  [
    'an exp with a leading zero',
    'writes a number that JSON does not know',
    MALFORMED,
    (f) => f.withRawClaim('exp', '09999999999'),
  ],
  ['a trailing comma', 'hopes for a lenient parser', MALFORMED, payloadText((f) => `${claimsOf(f).slice(0, -1)},}`)],
  ['a payload without its end', 'cuts the last brace off', MALFORMED, payloadText((f) => claimsOf(f).slice(0, -1))],
  ['two payload objects', 'puts a second object behind the first', MALFORMED, payloadText((f) => `${claimsOf(f)}{}`)],
  [
    'unsigned claims of a thousand levels',
    'has the parser dig',
    'invalid_signature',
    (f) => f.resigned(f.parts().signature).replace(/\.[^.]*\./, `.${encode(deep(f))}.`),
  ],
];

/** Header and payload are one JSON object each, in UTF-8, that every parser reads alike. */
export const json = [...tokenFamily('JSON: header', header), ...tokenFamily('JSON: payload', payload)];

/** The member in front of a good object that has it too, so that parsers which take the last one find nothing wrong. */
function double(forge: Forge, member: string, part: 'header' | 'payload'): string {
  const object = part === 'header' ? headerOf(forge) : claimsOf(forge);
  const text = `{${member},${object.slice(1)}`;
  return forge.token(part === 'header' ? { headerText: text } : { payloadText: text });
}

function deep(forge: Forge): string {
  return twice(claimsOf(forge), `"x":${nested(1000)}`);
}
