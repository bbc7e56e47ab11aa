import { bearer, requestFamily, type AttackRequest, type RequestRow } from '../attack.js';
import type { Forge } from '../forge.js';
import { AMBIGUOUS, beneath, MISSING, unauthorized } from './verdicts.js';

const MALFORMED = unauthorized('malformed_token');

/** One `Authorization` field with this value. */
const field =
  (value: (token: string) => string) =>
  (forge: Forge): AttackRequest => ({
    headers: [['Authorization', value(forge.good)]],
  });
/** These fields, in order. */
const fields =
  (list: (token: string) => readonly (readonly [string, string])[]) =>
  (forge: Forge): AttackRequest => ({
    headers: list(forge.good),
  });
const at =
  (target: (path: string) => string): (() => AttackRequest) =>
  () => ({ headers: [], target });
const withBody =
  (contentType: string, body: (token: string) => string) =>
  (forge: Forge): AttackRequest => ({ headers: [['Content-Type', contentType]], body: body(forge.good) });

const schemes: RequestRow[] = [
  ['no field', 'sends no credential', MISSING, () => ({ headers: [] })],
  ['an empty field', 'sends an empty credential', MISSING, field(() => '')],
  ['a field of spaces', 'sends white space', MISSING, field(() => '   ')],
  ['the scheme alone', 'sends no token', MALFORMED, field(() => 'Bearer')],
  ['the scheme and spaces', 'sends no token', MALFORMED, field(() => 'Bearer    ')],
  ['the scheme in small letters and no token', 'sends no token', MALFORMED, field(() => 'bearer')],
  ['a bad token in small letters', 'writes the scheme in small letters', MALFORMED, field(() => 'bearer junk')],
  ['no scheme', 'sends the token alone', MISSING, field((token) => token)],
  ['Basic', 'sends a password', MISSING, field(() => 'Basic YWRtaW46YWRtaW4=')],
  [
    'Basic with the token',
    'sends the token as a password',
    MISSING,
    field((token) => `Basic ${Buffer.from(`token:${token}`).toString('base64')}`),
  ],
  ['Digest', 'sends another scheme', MISSING, field(() => 'Digest username="admin"')],
  ['Token', 'sends a scheme that some APIs have', MISSING, field((token) => `Token ${token}`)],
  ['JWT', 'sends a scheme that some libraries have', MISSING, field((token) => `JWT ${token}`)],
  ['DPoP', 'sends a scheme for bound tokens', MISSING, field((token) => `DPoP ${token}`)],
  ['Bearer as a prefix', 'lengthens the name of the scheme', MISSING, field((token) => `Bearerx ${token}`)],
  ['Bearer as a suffix', 'lengthens the name of the scheme', MISSING, field((token) => `xBearer ${token}`)],
  ['Bearer and a colon', 'writes the scheme as a field', MISSING, field((token) => `Bearer: ${token}`)],
  ['Bearer and a tab', 'separates by a tab', MISSING, field((token) => `Bearer\t${token}`)],
  [
    'Bearer and a no-break space',
    'separates by a space that is none',
    MISSING,
    field((token) => `Bearer\u00a0${token}`),
  ],
  [
    'a no-break space before Bearer',
    'hopes for a server that trims',
    MISSING,
    field((token) => `\u00a0Bearer ${token}`),
  ],
  ['Bearer without a space', 'separates by nothing', MISSING, field((token) => `Bearer${token}`)],
  [
    'Bearer with a look-alike',
    'writes the scheme with a full-width letter',
    MISSING,
    field((token) => `\uff22earer ${token}`),
  ],
  [
    'a scheme before Bearer',
    'puts two credentials in one field',
    MISSING,
    field((token) => `Basic YTpi, Bearer ${token}`),
  ],
];

const several: RequestRow[] = [
  ['two tokens', 'separates two good tokens by a space', MALFORMED, field((token) => `Bearer ${token} ${token}`)],
  [
    'two tokens by a comma',
    'joins two credentials as a proxy would',
    MALFORMED,
    field((token) => `Bearer ${token}, Bearer ${token}`),
  ],
  ['a comma behind the token', 'begins a second credential', MALFORMED, field((token) => `Bearer ${token},`)],
  ['a parameter behind the token', 'adds a parameter', MALFORMED, field((token) => `Bearer ${token}; realm="x"`)],
  [
    'a parameter for a token',
    'writes the token as a parameter',
    MALFORMED,
    field((token) => `Bearer token="${token}"`),
  ],
  ['a word before the token', 'sends two words', MALFORMED, field((token) => `Bearer x ${token}`)],
  ['a word behind the token', 'sends two words', MALFORMED, field((token) => `Bearer ${token} x`)],
  [
    'the same field twice',
    'sends one credential twice',
    AMBIGUOUS,
    fields((token) => [
      ['Authorization', `Bearer ${token}`],
      ['Authorization', `Bearer ${token}`],
    ]),
  ],
  [
    'a good field and a bad one',
    'shows each server another token',
    AMBIGUOUS,
    fields((token) => [
      ['Authorization', `Bearer ${token}`],
      ['Authorization', 'Bearer junk'],
    ]),
  ],
  [
    'a bad field and a good one',
    'shows each server another token',
    AMBIGUOUS,
    fields((token) => [
      ['Authorization', 'Bearer junk'],
      ['Authorization', `Bearer ${token}`],
    ]),
  ],
  [
    'Basic beside Bearer',
    'sends two kinds of credential',
    AMBIGUOUS,
    fields((token) => [
      ['Authorization', 'Basic YTpi'],
      ['Authorization', `Bearer ${token}`],
    ]),
  ],
  [
    'Bearer beside an empty field',
    'sends a field with nothing in it',
    AMBIGUOUS,
    fields((token) => [
      ['Authorization', ''],
      ['Authorization', `Bearer ${token}`],
    ]),
  ],
  [
    'two fields in two cases',
    'writes the names differently',
    AMBIGUOUS,
    fields((token) => [
      ['authorization', `Bearer ${token}`],
      ['AUTHORIZATION', `Bearer ${token}`],
    ]),
  ],
  [
    'three fields',
    'sends one credential three times',
    AMBIGUOUS,
    fields((token) => [
      ['Authorization', `Bearer ${token}`],
      ['Authorization', `Bearer ${token}`],
      ['Authorization', `Bearer ${token}`],
    ]),
  ],
];

const elsewhere: RequestRow[] = [
  [
    'in the query',
    'sends the token where logs keep it',
    MISSING,
    (f) => ({ headers: [], target: (path) => `${path}?access_token=${f.good}` }),
  ],
  [
    'in the query as token',
    'sends the token where logs keep it',
    MISSING,
    (f) => ({ headers: [], target: (path) => `${path}?token=${f.good}` }),
  ],
  [
    'in the query as a field',
    'names the field in the query',
    MISSING,
    (f) => ({ headers: [], target: (path) => `${path}?authorization=Bearer%20${f.good}` }),
  ],
  [
    'in a form',
    'posts the token as another site can',
    MISSING,
    withBody('application/x-www-form-urlencoded', (token) => `access_token=${token}`),
  ],
  [
    'in a JSON body',
    'sends the token in a body',
    MISSING,
    withBody('application/json', (access_token) => JSON.stringify({ access_token })),
  ],
  [
    'in a cookie',
    'sends the token as browsers do without asking',
    MISSING,
    fields((token) => [['Cookie', `access_token=${token}; token=${token}; Authorization=Bearer ${token}`]]),
  ],
  ['in X-Access-Token', 'sends a field of its own', MISSING, fields((token) => [['X-Access-Token', token]])],
  [
    'in X-Authorization',
    'sends a field of its own',
    MISSING,
    fields((token) => [['X-Authorization', `Bearer ${token}`]]),
  ],
  [
    'in X-Forwarded-Authorization',
    'plays the proxy',
    MISSING,
    fields((token) => [['X-Forwarded-Authorization', `Bearer ${token}`]]),
  ],
  [
    'in X-Forwarded-User',
    'plays the proxy',
    MISSING,
    fields(() => [
      ['X-Forwarded-User', 'admin'],
      ['X-Remote-User', 'admin'],
    ]),
  ],
  [
    'in Proxy-Authorization',
    'sends the field of another hop',
    MISSING,
    fields((token) => [['Proxy-Authorization', `Bearer ${token}`]]),
  ],
  [
    'in Sec-WebSocket-Protocol',
    'sends the field of another transport',
    MISSING,
    fields((token) => [['Sec-WebSocket-Protocol', `Bearer, ${token}`]]),
  ],
  ['in a trailer', 'sends the field behind the body', MISSING, trailer],
  [
    'in __proto__',
    'reaches for the prototype of the fields',
    MISSING,
    fields((token) => [['__proto__', `Bearer ${token}`]]),
  ],
  [
    'with an underscore',
    'counts on a server that reads it as a dash',
    MISSING,
    fields((token) => [['HTTP_AUTHORIZATION', `Bearer ${token}`]]),
  ],
];

const bytes: RequestRow[] = [
  ['letters beyond ASCII', 'leaves the characters of a field', MALFORMED, field(() => 'Bearer t\u00f6k\u00e9n')],
  ['emoji', 'leaves the characters of a field', MALFORMED, field(() => 'Bearer \u{1f511}')],
  ['7000 letters', 'has the server look at something long', MALFORMED, field(() => `Bearer ${'a'.repeat(7000)}`)],
  ['10,000 spaces', 'has a pattern search for its end', MALFORMED, field(() => `Bearer ${' '.repeat(10_000)}x`)],
  [
    '10,000 spaces between words',
    'has a pattern search for its end',
    MALFORMED,
    field(() => `Bearer a${' '.repeat(10_000)}b`),
  ],
  ['20 KiB of token', 'is over what Node reads of a header', beneath(431), field(() => `Bearer ${'a'.repeat(20_480)}`)],
  ['a NUL', 'hopes for a server that stops there', beneath(400), field((token) => `Bearer ${token}\0`)],
  ['a bare line feed', 'begins a line of its own', beneath(400), field((token) => `Bearer ${token}\nX: y`)],
  ['a bare carriage return', 'begins a line of its own', beneath(400), field((token) => `Bearer ${token}\rX: y`)],
  [
    'a space before the colon',
    'writes the field as old proxies read it',
    beneath(400),
    fields((token) => [['Authorization ', `Bearer ${token}`]]),
  ],
  ['an escape sequence', 'colours the log', beneath(400), field(() => 'Bearer \u001b[31mred')],
  [
    'two lengths',
    'smuggles a request behind a body',
    beneath(400),
    fields((token) => [
      ['Content-Length', '4'],
      ['Transfer-Encoding', 'chunked'],
      ['Authorization', `Bearer ${token}`],
    ]),
  ],
];

const PATH = { ...MISSING, or: 404 };
const paths: RequestRow[] = [
  ['a slash behind', 'writes the path another way', PATH, at((path) => `${path}/`)],
  ['a doubled slash', 'writes the path another way', PATH, at((path) => `/${path}`)],
  ['capitals', 'writes the path another way', PATH, at((path) => path.toUpperCase())],
  [
    'an encoded letter',
    'writes the path another way',
    PATH,
    at((path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)),
  ],
  ['a dot segment', 'writes the path another way', PATH, at((path) => `/.${path}`)],
  ['two dot segments', 'writes the path another way', PATH, at((path) => `/x/..${path}`)],
  ['a semicolon', 'adds a path parameter', PATH, at((path) => `${path};x=y`)],
  ['an encoded NUL', 'ends the path early', PATH, at((path) => `${path}%00`)],
  ['an encoded line break', 'ends the path early', PATH, at((path) => `${path}%0d%0a`)],
  ['an empty query', 'adds a question mark', MISSING, at((path) => `${path}?`)],
  ['a whole URL', 'sends the form that proxies get', PATH, at((path) => `http://attacks.example${path}`)],
  [
    'another method in a field',
    'asks for another method',
    MISSING,
    () => ({ headers: [['X-HTTP-Method-Override', 'OPTIONS']] }),
  ],
  [
    'another path in a field',
    'asks for another path',
    MISSING,
    () => ({
      headers: [
        ['X-Original-URL', '/'],
        ['X-Rewrite-URL', '/'],
      ],
    }),
  ],
];

/** How a credential reaches a guarded route, and how it does not. */
export const guardTransport = [
  ...requestFamily('guard: scheme', 'guard', schemes),
  ...requestFamily('guard: several credentials', 'guard', several),
  ...requestFamily('guard: a good token elsewhere', 'guard', elsewhere),
  ...requestFamily('guard: bytes and sizes', 'guard', bytes),
  ...requestFamily('guard: the way to the route', 'guard', paths),
];

function trailer(forge: Forge): AttackRequest {
  const { headers } = bearer(forge.good);
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return {
    headers: [
      ['Transfer-Encoding', 'chunked'],
      ['Trailer', 'Authorization'],
    ],
    body: `0\r\n${lines}\r\n`,
  };
}
