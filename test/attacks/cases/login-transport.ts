import { loginWith, payload, postJson, requestFamily, type AttackRequest, type RequestRow } from '../attack.js';
import type { Forge } from '../forge.js';
import { beneath, INVALID_BODY, INVALID_BY_EITHER, UNSUPPORTED_BY_EITHER } from './verdicts.js';

const good = (forge: Forge): string => JSON.stringify(payload({ access_token: forge.good }, forge));
/** A good body under this type. */
const typed =
  (contentType: string) =>
  (forge: Forge): AttackRequest =>
    postJson(good(forge), contentType);
const json =
  (value: (forge: Forge) => unknown) =>
  (forge: Forge): AttackRequest =>
    postJson(JSON.stringify(value(forge)));
const text =
  (body: (forge: Forge) => string | Buffer) =>
  (forge: Forge): AttackRequest =>
    postJson(body(forge));
/** The access token in a value of another type. */
const token =
  (value: (token: string) => unknown) =>
  (forge: Forge): AttackRequest =>
    loginWith({ access_token: value(forge.good) }, forge);
const tokens = (value: (token: string) => unknown) =>
  json((forge) => ({ ...payload(undefined, forge), oauth_token: value(forge.good) }));

const types: RequestRow[] = [
  ['text/plain', 'posts what other sites can post without asking', UNSUPPORTED_BY_EITHER, typed('text/plain')],
  [
    'text/plain with a charset',
    'posts what other sites can post',
    UNSUPPORTED_BY_EITHER,
    typed('text/plain; charset=utf-8'),
  ],
  [
    'text/plain that mentions JSON',
    'puts the right type into a parameter',
    UNSUPPORTED_BY_EITHER,
    typed('text/plain; application/json'),
  ],
  [
    'a form',
    'posts a form of another site',
    UNSUPPORTED_BY_EITHER,
    (f) => postJson(`oauth_token[access_token]=${f.good}`, 'application/x-www-form-urlencoded'),
  ],
  [
    'a form with JSON in it',
    'posts a form whose name is the body',
    UNSUPPORTED_BY_EITHER,
    (f) => postJson(`${good(f)}=`, 'application/x-www-form-urlencoded'),
  ],
  [
    'multipart',
    'posts a form of another site',
    UNSUPPORTED_BY_EITHER,
    (f) =>
      postJson(
        `--x\r\nContent-Disposition: form-data; name="oauth_token"\r\n\r\n${f.good}\r\n--x--\r\n`,
        'multipart/form-data; boundary=x',
      ),
  ],
  ['no type', 'posts without a type', UNSUPPORTED_BY_EITHER, (f) => ({ headers: [], body: good(f) })],
  ['an empty type', 'posts with an empty type', UNSUPPORTED_BY_EITHER, typed('')],
  [
    'two types',
    'shows each server another type',
    UNSUPPORTED_BY_EITHER,
    (f) => ({
      headers: [
        ['Content-Type', 'application/json'],
        ['Content-Type', 'text/plain'],
      ],
      body: good(f),
    }),
  ],
  [
    'two types in one field',
    'joins two types by a comma',
    UNSUPPORTED_BY_EITHER,
    typed('application/json, text/plain'),
  ],
  ['application/jwt', 'posts the token itself', UNSUPPORTED_BY_EITHER, (f) => postJson(f.good, 'application/jwt')],
  ['text/json', 'uses a type that is none', UNSUPPORTED_BY_EITHER, typed('text/json')],
  ['application/jsonp', 'uses a type that begins alike', UNSUPPORTED_BY_EITHER, typed('application/jsonp')],
  ['application/problem+json', 'uses a type that ends alike', UNSUPPORTED_BY_EITHER, typed('application/problem+json')],
  ['application/xml', 'uses another type', UNSUPPORTED_BY_EITHER, typed('application/xml')],
  ['ISO 8859-1', 'uses another character set', UNSUPPORTED_BY_EITHER, typed('application/json; charset=iso-8859-1')],
  [
    'UTF-16 by name',
    'uses another character set',
    // Fastify reads the body as UTF-8 before anybody asks what it is.
    { ...UNSUPPORTED_BY_EITHER, or: 400 },
    (f) => postJson(Buffer.from(good(f), 'utf16le'), 'application/json; charset=utf-16le'),
  ],
  ['UTF-7', 'uses a character set that hides text', UNSUPPORTED_BY_EITHER, typed('application/json; charset=utf-7')],
  [
    'an unknown character set',
    'uses a character set that is none',
    UNSUPPORTED_BY_EITHER,
    typed('application/json; charset=x'),
  ],
  [
    'another parameter',
    'adds a parameter to the right type',
    UNSUPPORTED_BY_EITHER,
    typed('application/json; profile="x"'),
  ],
];

const shapes: RequestRow[] = [
  ['null', 'has the server read a member of null', INVALID_BY_EITHER, text(() => 'null')],
  ['a list', 'puts the body into a list', INVALID_BODY, json((f) => [payload({ access_token: f.good }, f)])],
  ['a string', 'encodes the body twice', INVALID_BY_EITHER, json(good)],
  ['a number', 'sends a number', INVALID_BY_EITHER, text(() => '1')],
  ['true', 'sends true', INVALID_BY_EITHER, text(() => 'true')],
  ['an empty object', 'sends nothing', INVALID_BODY, text(() => '{}')],
  ['no tokens', 'says only who somebody is', INVALID_BODY, json((f) => ({ ...payload(undefined, f) }))],
  ['oauth_token null', 'has the server read a member of null', INVALID_BODY, tokens(() => null)],
  ['oauth_token as text', 'sends the token in the place of the tokens', INVALID_BODY, tokens((good) => good)],
  ['oauth_token in a list', 'counts on the first of a list', INVALID_BODY, tokens((good) => [{ access_token: good }])],
  ['oauth_token true', 'sends another type', INVALID_BODY, tokens(() => true)],
  ['oauth_token empty', 'sends no token', INVALID_BODY, tokens(() => ({}))],
  ['access_token null', 'sends another type', INVALID_BODY, token(() => null)],
  ['access_token empty', 'sends no token', INVALID_BODY, token(() => '')],
  ['access_token 0', 'sends another type', INVALID_BODY, token(() => 0)],
  ['access_token true', 'sends another type', INVALID_BODY, token(() => true)],
  ['access_token in a list', 'counts on text that a list turns into', INVALID_BODY, token((good) => [good])],
  [
    'access_token in an object',
    'counts on an object being read as text',
    INVALID_BODY,
    token((good) => ({ toString: good, length: good.length })),
  ],
  [
    'access_token as bytes',
    'sends the bytes of the token',
    INVALID_BODY,
    token((good) => ({ type: 'Buffer', data: [...Buffer.from(good)] })),
  ],
  [
    'access_token at the root',
    'sends the token where it is not looked for',
    INVALID_BODY,
    json((f) => ({ access_token: f.good })),
  ],
  [
    'the token as the old identity',
    'sends the token where nobody verifies',
    INVALID_BODY,
    json((f) => ({ email: 'victim@attacks.example', token: { access_token: f.good } })),
  ],
  ['names with dots', 'writes a path for a name', INVALID_BODY, json((f) => ({ 'oauth_token.access_token': f.good }))],
  [
    'names in capitals',
    'changes the case of a name',
    INVALID_BODY,
    json((f) => ({ OAUTH_TOKEN: { ACCESS_TOKEN: f.good } })),
  ],
  [
    'email in an object',
    'has a database read conditions',
    INVALID_BODY,
    json((f) => ({ ...payload({ access_token: f.good }, f), email: { $ne: null } })),
  ],
  [
    'user as text',
    'sends another type',
    INVALID_BODY,
    json((f) => ({ ...payload({ access_token: f.good }, f), user: 'admin' })),
  ],
  [
    'user in a list',
    'sends another type',
    INVALID_BODY,
    json((f) => ({ ...payload({ access_token: f.good }, f), user: [] })),
  ],
  [
    'tokens in __proto__',
    'sends the tokens by way of a prototype',
    INVALID_BY_EITHER,
    (f) => postJson(`{"__proto__":{"oauth_token":{"access_token":"${f.good}"}}}`),
  ],
  [
    'a token in __proto__',
    'sends the token by way of a prototype',
    INVALID_BY_EITHER,
    (f) => postJson(`{"oauth_token":{"__proto__":{"access_token":"${f.good}"}}}`),
  ],
  [
    'tokens in constructor',
    'sends the tokens by way of a prototype',
    INVALID_BY_EITHER,
    (f) => postJson(`{"constructor":{"prototype":{"oauth_token":{"access_token":"${f.good}"}}}}`),
  ],
];

const bytes: RequestRow[] = [
  ['nothing', 'sends an empty body', INVALID_BY_EITHER, text(() => '')],
  ['no JSON', 'sends something else under the right type', beneath(400), text(() => 'access_token=x')],
  ['half of the JSON', 'cuts the body off', beneath(400), text((f) => good(f).slice(0, -1))],
  ['more than the JSON', 'adds a second body', beneath(400), text((f) => `${good(f)}{}`)],
  ['single quotes', 'hopes for a lenient parser', beneath(400), text((f) => good(f).replaceAll('"', "'"))],
  ['a comment', 'hopes for a lenient parser', beneath(400), text((f) => `/**/${good(f)}`)],
  ['NaN', 'writes what JSON has no word for', beneath(400), text(() => '{"oauth_token":NaN}')],
  ['a NUL behind', 'hopes for a parser that stops there', beneath(400), text((f) => `${good(f)}\0`)],
  ['UTF-16 without a name', 'writes two bytes a character', beneath(400), text((f) => Buffer.from(good(f), 'utf16le'))],
  [
    '64 KiB and a byte',
    'is over the limit',
    { status: 413, code: 'body_too_large' },
    (f) => postJson(sized(f, 65_537)),
  ],
  [
    '64 KiB and more in chunks',
    'does not say how long the body is',
    { status: 413, code: 'body_too_large' },
    (f) => chunked(sized(f, 66_000)),
  ],
  [
    'a body of many levels in chunks',
    'has the server dig without a length',
    { status: 413, code: 'body_too_large' },
    (f) => chunked(deep(f, 34_000)),
  ],
  [
    'a few levels in chunks',
    'has the server dig without a length',
    // Deeper than JSON can be written again, so that its size is not known.
    { ...INVALID_BODY, or: 413 },
    (f) => chunked(`{"oauth_token":${levels(8000)},"x":"${f.subject}"}`),
  ],
  ['many levels for tokens', 'has the server dig', INVALID_BODY, () => postJson(`{"oauth_token":${levels(30_000)}}`)],
  ['2 MiB', 'is over any limit', beneath(413), () => postJson('x'.repeat(2 * 1024 * 1024))],
];

const elsewhere: RequestRow[] = [
  [
    'GET',
    'has a link log somebody in',
    // Where people sign in by redirect, the way begins there, for whoever comes; the token is not looked at.
    { ...beneath(404), or: 303 },
    (f) => ({ method: 'GET', headers: [], target: (path) => `${path}?access_token=${f.good}` }),
  ],
  ['PUT', 'uses another method', beneath(404), (f) => ({ ...postJson(good(f)), method: 'PUT' })],
  [
    'a token in the query',
    'sends the token beside an empty body',
    INVALID_BODY,
    (f) => ({ ...postJson('{}'), target: (path) => `${path}?access_token=${f.good}` }),
  ],
  [
    'a token in the field',
    'sends the token as to a guarded route',
    INVALID_BODY,
    (f) => ({
      headers: [
        ['Content-Type', 'application/json'],
        ['Authorization', `Bearer ${f.good}`],
      ],
      body: '{}',
    }),
  ],
  [
    'a token in a cookie',
    'sends the token as browsers do',
    INVALID_BODY,
    (f) => ({
      headers: [
        ['Content-Type', 'application/json'],
        ['Cookie', `access_token=${f.good}`],
      ],
      body: '{}',
    }),
  ],
];

/** How a login has to arrive. */
export const loginTransport = [
  ...requestFamily('login: media type', 'login', types),
  ...requestFamily('login: shape of the body', 'login', shapes),
  ...requestFamily('login: bytes of the body', 'login', bytes),
  ...requestFamily('login: a good token elsewhere', 'login', elsewhere),
];

/** A good body of this many bytes. */
function sized(forge: Forge, bytes: number): string {
  const body = good(forge);
  return `${body.slice(0, -1)},"pad":"${'x'.repeat(bytes - body.length - 9)}"}`;
}

function levels(depth: number): string {
  return `${'['.repeat(depth)}${']'.repeat(depth)}`;
}

function deep(forge: Forge, depth: number): string {
  return `${good(forge).slice(0, -1)},"pad":${levels(depth)}}`;
}

function chunked(body: string): AttackRequest {
  const size = Buffer.byteLength(body).toString(16);
  return {
    headers: [
      ['Content-Type', 'application/json'],
      ['Transfer-Encoding', 'chunked'],
    ],
    body: `${size}\r\n${body}\r\n0\r\n\r\n`,
  };
}
