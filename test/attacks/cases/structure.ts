import { tokenFamily, type TokenRow } from '../attack.js';
import { encode, type Forge } from '../forge.js';
import { beneath } from './verdicts.js';

const MALFORMED = 'malformed_token';

/** The good token with one of its parts changed as text. */
const rewrite =
  (change: Partial<Record<'header' | 'payload' | 'signature', (part: string) => string>>) => (forge: Forge) => {
    const { header, payload, signature } = forge.parts();
    const { header: h = same, payload: p = same, signature: s = same } = change;
    return `${h(header)}.${p(payload)}.${s(signature)}`;
  };
const same = (part: string): string => part;
const pad = (part: string): string => `${part}${'='.repeat((4 - (part.length % 4)) % 4 || 4)}`;
const insert = (what: string) => (part: string) => `${part.slice(0, 20)}${what}${part.slice(20)}`;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Other last characters of base64url decode to the same bytes, where the decoder overlooks the bits that are left over. */
const flipLastBit = (part: string): string =>
  `${part.slice(0, -1)}${ALPHABET[ALPHABET.indexOf(part.slice(-1)) ^ 1] ?? ''}`;

const parts: TokenRow[] = [
  ['a word', 'sends something that is no token', MALFORMED, () => 'junk'],
  ['a dot', 'sends two empty parts', MALFORMED, () => '.'],
  ['two dots', 'sends three empty parts', MALFORMED, () => '..'],
  ['many dots', 'has the server split a long row of dots', MALFORMED, () => '.'.repeat(8000)],
  [
    'no signature part',
    'leaves the signature and its dot out',
    MALFORMED,
    (f) => f.good.slice(0, f.good.lastIndexOf('.')),
  ],
  ['an empty header', 'leaves the header empty', MALFORMED, rewrite({ header: () => '' })],
  ['an empty payload', 'leaves the payload empty', MALFORMED, rewrite({ payload: () => '' })],
  ['an empty signature', 'leaves the signature empty', MALFORMED, rewrite({ signature: () => '' })],
  ['a fourth part', 'adds a part behind the signature', MALFORMED, (f) => `${f.good}.e30`],
  ['a dot at the end', 'adds an empty part', MALFORMED, (f) => `${f.good}.`],
  ['a dot at the start', 'puts an empty part in front', MALFORMED, (f) => `.${f.good}`],
  ['a doubled dot', 'puts an empty part in the middle', MALFORMED, (f) => f.good.replace('.', '..')],
  ['the token twice', 'joins the token to itself by a dot', MALFORMED, (f) => `${f.good}.${f.good}`],
  ['the parts in another order', 'swaps header and payload', 'unsupported_algorithm', swapped],
  ['a refresh token', 'sends an opaque token of the issuer', MALFORMED, () => '27805:CNf7HJRQnBZ4hsn2sFVR'],
  ['JSON', 'sends the claims without encoding them', MALFORMED, (f) => JSON.stringify(f.claims())],
  ['JSON serialization', 'sends the flattened JSON form of RFC 7515', MALFORMED, flattened],
  ['the scheme twice', 'sends the scheme as a part of the token', MALFORMED, (f) => `Bearer ${f.good}`],
  ['quotation marks', 'puts the token in quotes', MALFORMED, (f) => `"${f.good}"`],
  ['percent encoding', 'encodes the dots for a URL', MALFORMED, (f) => f.good.replaceAll('.', '%2e')],
];

const alphabet: TokenRow[] = [
  ['padding on the header', 'pads the header with =', MALFORMED, rewrite({ header: pad })],
  ['padding on the payload', 'pads the payload with =', MALFORMED, rewrite({ payload: pad })],
  ['padding on the signature', 'pads the signature with =', MALFORMED, rewrite({ signature: pad })],
  ['padding in the middle', 'puts = inside the payload', MALFORMED, rewrite({ payload: insert('=') })],
  ['a plus sign', 'uses the alphabet of plain base64', MALFORMED, rewrite({ signature: () => '+'.repeat(86) })],
  ['a slash', 'uses the alphabet of plain base64', MALFORMED, rewrite({ signature: () => '/'.repeat(86) })],
  ['a space in the header', 'hopes for a decoder that skips it', MALFORMED, rewrite({ header: insert(' ') })],
  ['a space in the payload', 'hopes for a decoder that skips it', MALFORMED, rewrite({ payload: insert(' ') })],
  ['a space in the signature', 'hopes for a decoder that skips it', MALFORMED, rewrite({ signature: insert(' ') })],
  ['a tab in the payload', 'hopes for a decoder that skips it', MALFORMED, rewrite({ payload: insert('\t') })],
  [
    'a line break in the payload',
    'hopes for a decoder that skips it',
    MALFORMED,
    rewrite({ payload: insert('\n') }),
    { guard: beneath(400) },
  ],
  [
    'a carriage return in the payload',
    'hopes for a decoder that skips it',
    MALFORMED,
    rewrite({ payload: insert('\r') }),
    { guard: beneath(400) },
  ],
  [
    'a NUL in the signature',
    'hopes for a decoder that stops there',
    MALFORMED,
    rewrite({ signature: insert('\0') }),
    { guard: beneath(400) },
  ],
  ['an exclamation mark', 'hopes for a decoder that skips it', MALFORMED, rewrite({ payload: insert('!') })],
  ['a letter with an accent', 'leaves ASCII', MALFORMED, rewrite({ payload: insert('\u00e9') })],
  [
    'a letter of another script',
    'writes a Cyrillic a for a Latin one',
    MALFORMED,
    rewrite({ header: insert('\u0430') }),
  ],
  ['a full-width dot', 'joins the parts by a look-alike', MALFORMED, (f) => f.good.replaceAll('.', '\uff0e')],
  ['a zero-width space', 'hides a character in the token', MALFORMED, rewrite({ payload: insert('\u200b') })],
  ['a no-break space behind the token', 'hopes for a server that trims', MALFORMED, (f) => `${f.good}\u00a0`],
  ['a no-break space before the token', 'hopes for a server that trims', MALFORMED, (f) => `\u00a0${f.good}`],
  ['a byte order mark before the token', 'hopes for a server that trims', MALFORMED, (f) => `\ufeff${f.good}`],
  ['a line separator behind the token', 'hopes for a server that trims', MALFORMED, (f) => `${f.good}\u2028`],
  ['bits left over in the header', 'changes bits that decode to nothing', MALFORMED, leftOver('header')],
  ['bits left over in the payload', 'changes bits that decode to nothing', MALFORMED, leftOver('payload')],
  [
    'bits left over in the signature',
    'changes bits that decode to nothing',
    MALFORMED,
    rewrite({ signature: flipLastBit }),
  ],
  [
    'a length that encodes nothing',
    'leaves one character over',
    MALFORMED,
    rewrite({ signature: (s) => s.slice(0, 85) }),
  ],
];

const sizes: TokenRow[] = [
  ['8 KiB and a byte', 'is one byte over the limit', MALFORMED, (f) => tokenOfLength(f, 8193)],
  ['12 KiB', 'is well over the limit', MALFORMED, (f) => tokenOfLength(f, 12_288)],
  [
    '20 KiB',
    'is over what Node reads of a header',
    MALFORMED,
    (f) => 'x'.repeat(20_480) + f.good,
    { guard: beneath(431) },
  ],
];

/** The structure of the compact form: parts, alphabet, size. */
export const structure = [
  ...tokenFamily('structure: parts', parts),
  ...tokenFamily('structure: base64url', alphabet),
  ...tokenFamily('structure: size', sizes),
];

function swapped(forge: Forge): string {
  const { header, payload, signature } = forge.parts();
  return `${payload}.${header}.${signature}`;
}

function flattened(forge: Forge): string {
  const { header, payload, signature } = forge.parts();
  return JSON.stringify({ protected: header, payload, signature });
}

/** A part whose length leaves bits over; a member is added to it until one does. */
function leftOver(part: 'header' | 'payload'): (forge: Forge) => string {
  return (forge) => {
    for (let filler = 'x'; ; filler += 'x') {
      const members = { filler };
      const token = part === 'header' ? forge.token({ header: members }) : forge.token({ claims: members });
      const [header = '', payload = '', signature = ''] = token.split('.');
      const text = part === 'header' ? header : payload;
      if (text.length % 4 === 0) continue;
      const changed = flipLastBit(text);
      return part === 'header' ? `${changed}.${payload}.${signature}` : `${header}.${changed}.${signature}`;
    }
  };
}

/** A token that would be good, were it not of this length. */
function tokenOfLength(forge: Forge, length: number): string {
  const start = `${encode(JSON.stringify(forge.header()))}.`;
  for (let filler = ''; ; filler += 'x') {
    const missing = length - start.length - 87 - encode(JSON.stringify(forge.claims({ filler }))).length;
    if (missing === 0) return forge.token({ claims: { filler } });
    if (missing > 8) filler += 'x'.repeat(Math.floor((missing - 8) / 4) * 3);
    // A length that no payload encodes to is reached by a longer header.
    if (missing < 0) return forge.token({ header: { filler: 'x' }, claims: { filler } });
  }
}
