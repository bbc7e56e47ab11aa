import { tokenFamily, type TokenRow } from '../attack.js';
import type { Forge } from '../forge.js';

const INVALID = 'invalid_claim';
const EXPIRED = 'token_expired';
const EARLY = 'token_not_yet_valid';

const claim = (name: string, value: unknown) => (forge: Forge) => forge.token({ claims: { [name]: value } });
/** A time that lies this far from now; a negative one is past. */
const fromNow = (name: string, seconds: (forge: Forge) => number) => (forge: Forge) =>
  forge.token({ claims: { [name]: forge.nowSeconds() + seconds(forge) } });
const raw = (name: string, json: string) => (forge: Forge) => forge.withRawClaim(name, json);

const far = 9_999_999_999;

const expiry: TokenRow[] = [
  ['expired a year ago', 'uses an old token', EXPIRED, fromNow('exp', () => -31_536_000)],
  ['expired a minute ago', 'uses an old token', EXPIRED, fromNow('exp', (f) => -f.toleranceSeconds - 60)],
  [
    'at exp and the tolerance',
    'uses a token in the very second of its end',
    EXPIRED,
    fromNow('exp', (f) => -f.toleranceSeconds),
  ],
  [
    'a fraction before that',
    'ends in the middle of a second',
    EXPIRED,
    fromNow('exp', (f) => -f.toleranceSeconds - 0.5),
  ],
  ['exp 0', 'ends in 1970', EXPIRED, claim('exp', 0)],
  ['exp -0', 'ends in 1970', EXPIRED, raw('exp', '-0')],
  ['exp 1', 'ends in 1970', EXPIRED, claim('exp', 1)],
  ['a negative exp', 'ends before 1970', EXPIRED, claim('exp', -far)],
  ['a tiny exp', 'ends in a fraction of 1970', EXPIRED, raw('exp', '1e-300')],
  ['no exp', 'never ends', INVALID, claim('exp', undefined)],
  ['exp null', 'never ends', INVALID, claim('exp', null)],
  ['exp as text', 'writes the number as a string', INVALID, claim('exp', String(far))],
  ['exp as a date', 'writes the time as a date', INVALID, claim('exp', '2099-01-01T00:00:00Z')],
  ['an empty exp', 'writes an empty string', INVALID, claim('exp', '')],
  ['exp true', 'counts on true being one', INVALID, claim('exp', true)],
  ['exp false', 'counts on false being unset', INVALID, claim('exp', false)],
  ['exp in a list', 'counts on a list being read as a number', INVALID, claim('exp', [far])],
  ['an empty list for exp', 'counts on an empty list being unset', INVALID, claim('exp', [])],
  ['exp in an object', 'counts on an object being read as a number', INVALID, claim('exp', { valueOf: far })],
  ['exp 1e999', 'overflows to infinity', INVALID, raw('exp', '1e999')],
  ['exp -1e999', 'overflows to minus infinity', INVALID, raw('exp', '-1e999')],
  ['exp "Infinity"', 'writes infinity as text', INVALID, claim('exp', 'Infinity')],
  ['exp "NaN"', 'compares with what compares with nothing', INVALID, claim('exp', 'NaN')],
  ['exp in Arabic digits', 'writes digits of another script', INVALID, claim('exp', '٩٩٩٩٩٩٩٩٩٩')],
  ['EXP', 'writes the name in capitals', INVALID, (f) => f.token({ claims: { exp: undefined, EXP: far } })],
  [
    'exp with a Cyrillic letter',
    'writes the name with a look-alike',
    INVALID,
    (f) => f.token({ claims: { exp: undefined, 'е\u0445p': far } }),
  ],
  ['exp of the prototype', 'sets exp by way of __proto__', INVALID, (f) => f.token({ payloadText: protoClaims(f) })],
  [
    'expires_in',
    'sends a lifetime instead of an end',
    INVALID,
    (f) => f.token({ claims: { exp: undefined, expires_in: 3600 } }),
  ],
];

const others: TokenRow[] = [
  ['nbf in a year', 'uses a token before its time', EARLY, fromNow('nbf', () => 31_536_000)],
  ['nbf in a minute', 'uses a token before its time', EARLY, fromNow('nbf', (f) => f.toleranceSeconds + 60)],
  ['nbf 1e300', 'begins at the end of time', EARLY, raw('nbf', '1e300')],
  ['nbf as text', 'writes the number as a string', INVALID, claim('nbf', '0')],
  ['nbf null', 'sends another type', INVALID, claim('nbf', null)],
  ['nbf true', 'sends another type', INVALID, claim('nbf', true)],
  ['nbf in a list', 'sends another type', INVALID, claim('nbf', [0])],
  ['nbf in an object', 'sends another type', INVALID, claim('nbf', {})],
  ['nbf 1e999', 'overflows to infinity', INVALID, raw('nbf', '1e999')],
  ['nbf -1e999', 'overflows to minus infinity', INVALID, raw('nbf', '-1e999')],
  ['iat in a year', 'was issued in the future', EARLY, fromNow('iat', () => 31_536_000)],
  ['iat in a minute', 'was issued in the future', EARLY, fromNow('iat', (f) => f.toleranceSeconds + 60)],
  ['iat as text', 'writes the number as a string', INVALID, claim('iat', '0')],
  ['iat null', 'sends another type', INVALID, claim('iat', null)],
  ['iat false', 'sends another type', INVALID, claim('iat', false)],
  ['iat in a list', 'sends another type', INVALID, claim('iat', [0])],
  ['iat in an object', 'sends another type', INVALID, claim('iat', {})],
  ['iat 1e999', 'overflows to infinity', INVALID, raw('iat', '1e999')],
  ['iat -1e999', 'overflows to minus infinity', INVALID, raw('iat', '-1e999')],
];

/** When a token is good. */
export const times = [...tokenFamily('claims: exp', expiry), ...tokenFamily('claims: nbf and iat', others)];

function protoClaims(forge: Forge): string {
  return `${JSON.stringify(forge.claims({ exp: undefined })).slice(0, -1)},"__proto__":{"exp":${String(far)}}}`;
}
