import { tokenFamily, type TokenRow } from '../attack.js';
import type { Forge } from '../forge.js';

const claim = (name: string, value: unknown) => (forge: Forge) => forge.token({ claims: { [name]: value } });
const issuer = (change: (url: string) => unknown) => (forge: Forge) =>
  forge.token({ claims: { iss: change(forge.issuer.url) } });
const audience = (change: (id: string) => unknown) => (forge: Forge) =>
  forge.token({ claims: { aud: change(forge.issuer.apiKeyId) } });

const ISSUER = 'invalid_issuer';
const AUDIENCE = 'invalid_audience';

const issuers: TokenRow[] = [
  ['no iss', 'leaves the issuer out', ISSUER, claim('iss', undefined)],
  ['an empty iss', 'leaves the issuer empty', ISSUER, claim('iss', '')],
  ['iss null', 'sends another type', ISSUER, claim('iss', null)],
  ['iss true', 'sends another type', ISSUER, claim('iss', true)],
  ['iss 0', 'sends another type', ISSUER, claim('iss', 0)],
  ['another iss', 'names somebody else', ISSUER, claim('iss', 'https://attacks.example')],
  ["Cotter's own iss", 'names the issuer that everyone knows', ISSUER, claim('iss', 'https://www.cotter.app')],
  ['iss in a list', 'counts on text that a list turns into', ISSUER, issuer((url) => [url])],
  ['iss in a list of two', 'counts on a search in a list', ISSUER, issuer((url) => [url, 'https://attacks.example'])],
  ['iss in an object', 'counts on an object being read as text', ISSUER, issuer((url) => ({ toString: url }))],
  ['iss with a slash behind', 'adds a slash', ISSUER, issuer((url) => `${url}/`)],
  ['iss in capitals', 'changes the case', ISSUER, issuer((url) => url.toUpperCase())],
  ['iss with https', 'changes the scheme', ISSUER, issuer((url) => url.replace('http:', 'https:'))],
  ['iss with a space behind', 'adds white space', ISSUER, issuer((url) => `${url} `)],
  ['iss with a space before', 'adds white space', ISSUER, issuer((url) => ` ${url}`)],
  ['iss with a NUL', 'adds a NUL', ISSUER, issuer((url) => `${url}\0.attacks.example`)],
  ['the start of iss', 'counts on a comparison by prefix', ISSUER, issuer((url) => url.slice(0, -1))],
  ['iss and more', 'counts on a comparison by prefix', ISSUER, issuer((url) => `${url}.attacks.example`)],
  ['iss at the end', 'counts on a comparison by suffix', ISSUER, issuer((url) => `https://attacks.example/${url}`)],
  [
    'iss with a user name',
    'writes a URL that begins like the right one',
    ISSUER,
    issuer((url) => `${url}@attacks.example`),
  ],
  ['iss with a path', 'names a tenant of the issuer', ISSUER, issuer((url) => `${url}/tenant`)],
  ['iss with a query', 'adds a query', ISSUER, issuer((url) => `${url}?`)],
  ['iss with a look-alike', 'writes digits of another script', ISSUER, issuer((url) => url.replaceAll('1', '\uff11'))],
  ['iss __proto__', 'reaches for the prototype of a table', ISSUER, claim('iss', '__proto__')],
  ['iss constructor', 'reaches for the prototype of a table', ISSUER, claim('iss', 'constructor')],
  ['iss of 5000 letters', 'fills logs', ISSUER, claim('iss', 'i'.repeat(5000))],
  [
    'iss that forges a log line',
    'puts line ends of every kind into iss',
    ISSUER,
    claim('iss', 'x\r\n[Nest] LOG ok\u2028\u2029\u0085\u001b[2J\u202e'),
  ],
];

const audiences: TokenRow[] = [
  ['no aud', 'leaves the audience out', AUDIENCE, claim('aud', undefined)],
  ['an empty aud', 'leaves the audience empty', AUDIENCE, claim('aud', '')],
  ['aud null', 'sends another type', AUDIENCE, claim('aud', null)],
  ['aud true', 'sends another type', AUDIENCE, claim('aud', true)],
  ['aud 0', 'sends another type', AUDIENCE, claim('aud', 0)],
  ['an empty list for aud', 'is for nobody', AUDIENCE, claim('aud', [])],
  [
    'another aud',
    'uses a token of another project of the issuer',
    AUDIENCE,
    claim('aud', '5f0e9f3c-0000-4000-8000-000000000000'),
  ],
  ['a list of others', 'uses a token for two other projects', AUDIENCE, claim('aud', ['one', 'two'])],
  ['aud in an object', 'counts on an object being read as text', AUDIENCE, audience((id) => ({ 0: id }))],
  ['aud as a key', 'counts on a search among keys', AUDIENCE, audience((id) => ({ [id]: true }))],
  ['aud in a list in a list', 'counts on a list that is flattened', AUDIENCE, audience((id) => [[id]])],
  ['aud beside a number', 'mixes types in a list', AUDIENCE, audience((id) => [id, 1])],
  ['aud beside null', 'mixes types in a list', AUDIENCE, audience((id) => [null, id])],
  ['aud beside a list', 'mixes types in a list', AUDIENCE, audience((id) => [id, []])],
  ['aud beside an object', 'mixes types in a list', AUDIENCE, audience((id) => [id, { length: 1 }])],
  ['aud in capitals', 'changes the case', AUDIENCE, audience((id) => id.toUpperCase())],
  ['aud with a space behind', 'adds white space', AUDIENCE, audience((id) => `${id} `)],
  ['aud with a NUL', 'adds a NUL', AUDIENCE, audience((id) => `${id}\0`)],
  ['the start of aud', 'counts on a comparison by prefix', AUDIENCE, audience((id) => id.slice(0, -1))],
  ['aud and more', 'counts on a comparison by prefix', AUDIENCE, audience((id) => `${id}0`)],
  ['aud within text', 'counts on a search in text', AUDIENCE, audience((id) => `other,${id},other`)],
  ['aud of words', 'counts on a split at spaces', AUDIENCE, audience((id) => `other ${id}`)],
  ['aud without its dashes', 'writes the id another way', AUDIENCE, audience((id) => id.replaceAll('-', ''))],
  ['aud with a look-alike', 'writes a dash of another kind', AUDIENCE, audience((id) => id.replace('-', '\u2010'))],
  ['aud with a zero-width space', 'hides a character', AUDIENCE, audience((id) => `${id}\u200b`)],
  ['aud of a wildcard', 'counts on a pattern', AUDIENCE, claim('aud', '*')],
  ['aud __proto__', 'reaches for a prototype', AUDIENCE, claim('aud', '__proto__')],
  [
    'azp instead of aud',
    'names the audience in another claim',
    AUDIENCE,
    (f) => f.token({ claims: { aud: undefined, azp: f.issuer.apiKeyId } }),
  ],
  [
    'a list of 900 others',
    'has the server search',
    AUDIENCE,
    claim(
      'aud',
      Array.from({ length: 900 }, (_, index) => String(index)),
    ),
  ],
];

/** Who issued a token, and for whom. */
export const names = [...tokenFamily('claims: iss', issuers), ...tokenFamily('claims: aud', audiences)];
