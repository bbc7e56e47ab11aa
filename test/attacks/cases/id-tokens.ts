import { loginWith, requestFamily, type RequestRow } from '../attack.js';
import type { Forge } from '../forge.js';
import { forbidden, INVALID_BODY } from './verdicts.js';

/** A good access token, and this beside it. */
const beside = (idToken: (forge: Forge) => unknown) => (forge: Forge) =>
  loginWith({ access_token: forge.good, id_token: idToken(forge) }, forge);
const claims = (members: Readonly<Record<string, unknown>>) => beside((forge) => forge.idToken(members));

const tampered = (forge: Forge): string => {
  const [header, , signature] = forge.idToken().split('.');
  const payload = Buffer.from(JSON.stringify(forge.claims({ type: 'client_id_token', sub: 'admin' })));
  return [header, payload.toString('base64url'), signature].join('.');
};

const rows: RequestRow[] = [
  ['junk', 'sends something that is no token', forbidden('malformed_token'), beside(() => 'junk')],
  ['in a list', 'sends another type', INVALID_BODY, beside((f) => [f.idToken()])],
  ['a number', 'sends another type', INVALID_BODY, beside(() => 1)],
  ['an object', 'sends the claims themselves', INVALID_BODY, beside((f) => f.claims({ type: 'client_id_token' }))],
  ['true', 'sends another type', INVALID_BODY, beside(() => true)],
  [
    'the access token again',
    'sends an access token for an ID token',
    forbidden('invalid_token_type'),
    beside((f) => f.good),
  ],
  [
    'expired',
    'sends an old ID token',
    forbidden('token_expired'),
    beside((f) => f.idToken({ exp: f.nowSeconds() - f.toleranceSeconds - 60 })),
  ],
  ['without exp', 'never ends', forbidden('invalid_claim'), claims({ exp: undefined })],
  [
    'exp 1e999',
    'overflows to infinity',
    forbidden('invalid_claim'),
    beside((f) =>
      f.token({
        payloadText: `${JSON.stringify(f.claims({ type: 'id_token', exp: undefined })).slice(0, -1)},"exp":1e999}`,
      }),
    ),
  ],
  [
    'not yet valid',
    'sends an ID token before its time',
    forbidden('token_not_yet_valid'),
    beside((f) => f.idToken({ nbf: f.nowSeconds() + 3600 })),
  ],
  [
    'of another project',
    'owns another project of the issuer',
    forbidden('invalid_audience'),
    claims({ aud: 'the-project-of-the-attacker' }),
  ],
  [
    'for many',
    'puts the audience into a list with another type',
    forbidden('invalid_audience'),
    beside((f) => f.idToken({ aud: [f.issuer.apiKeyId, 1] })),
  ],
  ['of another issuer', 'owns an issuer', forbidden('invalid_issuer'), claims({ iss: 'https://attacks.example' })],
  [
    "by the attacker's key",
    'signs the ID token',
    forbidden('invalid_signature'),
    beside((f) => f.idToken({}, { key: f.issuer.rogueKey.privateKey })),
  ],
  [
    "under the attacker's kid",
    'signs the ID token',
    forbidden('unknown_key'),
    beside((f) => f.idToken({}, { key: f.issuer.rogueKey.privateKey, header: { kid: f.issuer.rogueKey.kid } })),
  ],
  [
    'alg none',
    'asks not to be checked',
    forbidden('unsupported_algorithm'),
    beside((f) => f.idToken({}, { header: { alg: 'none' } })),
  ],
  [
    'jwk of the attacker',
    'brings the key along',
    forbidden('malformed_token'),
    beside((f) => f.idToken({}, { key: f.issuer.rogueKey.privateKey, header: { jwk: f.issuer.rogueKey.published } })),
  ],
  ['with a changed payload', 'changes who the ID token is about', forbidden('invalid_signature'), beside(tampered)],
  [
    'of another person',
    'joins two good tokens of two people',
    forbidden('id_token_mismatch'),
    claims({ sub: 'victim' }),
  ],
  [
    "of the same person's capitals",
    'counts on a comparison without case',
    forbidden('id_token_mismatch'),
    beside((f) => f.idToken({ sub: f.subject.toUpperCase() })),
  ],
  [
    'of the same person and a space',
    'counts on a comparison without white space',
    forbidden('id_token_mismatch'),
    beside((f) => f.idToken({ sub: `${f.subject} ` })),
  ],
  ['without a subject', 'is about nobody', forbidden('invalid_subject'), claims({ sub: undefined })],
  ['without a type', 'leaves the kind of token open', forbidden('invalid_token_type'), claims({ type: undefined })],
  [
    'the right tokens in the wrong places',
    'swaps the two tokens',
    forbidden('invalid_token_type'),
    (f) => loginWith({ access_token: f.idToken(), id_token: f.good }, f),
  ],
  ['a good one alone', 'logs in by an ID token', INVALID_BODY, (f) => loginWith({ id_token: f.idToken() }, f)],
  [
    'a good one beside a bad access token',
    'hopes that one is enough',
    forbidden('token_expired'),
    (f) => loginWith({ access_token: f.token({ claims: { exp: 1 } }), id_token: f.idToken() }, f),
  ],
];

const access = (members: Readonly<Record<string, unknown>>) => (forge: Forge) =>
  loginWith({ access_token: forge.token({ claims: members }) }, forge);
const MISSING = forbidden('identity_missing');
const INVALID = forbidden('invalid_identifier');

const identities: RequestRow[] = [
  ['no identifier', 'has an account made for nobody', MISSING, access({ sub: 'nobody', identifier: undefined })],
  ['an empty identifier', 'has an account made for nobody', MISSING, access({ sub: 'nobody', identifier: '' })],
  [
    'a list of identifiers',
    'names several people',
    MISSING,
    access({ sub: 'nobody', identifier: ['victim@attacks.example', 'x@attacks.example'] }),
  ],
  [
    'identifier in an object',
    'has a database read conditions',
    MISSING,
    access({ sub: 'nobody', identifier: { $ne: null } }),
  ],
  ['identifier 1', 'sends another type', MISSING, access({ sub: 'nobody', identifier: 1 })],
  ['identifier true', 'sends another type', MISSING, access({ sub: 'nobody', identifier: true })],
  ['identifier of a space', 'is called by what cannot be seen', INVALID, access({ sub: 'nobody', identifier: ' ' })],
  [
    'a turned identifier',
    'writes a name from right to left',
    INVALID,
    access({ sub: 'nobody', identifier: 'a\u202emoc.elpmaxe@b' }),
  ],
  [
    'a zero-width space',
    'is called almost like somebody',
    INVALID,
    access({ sub: 'nobody', identifier: 'victim\u200b@attacks.example' }),
  ],
  ['a NUL', 'ends the name early', INVALID, access({ sub: 'nobody', identifier: 'victim@attacks.example\0' })],
  [
    'a line break',
    'begins a second address',
    INVALID,
    access({ sub: 'nobody', identifier: 'victim@attacks.example\r\nBcc: x@attacks.example' }),
  ],
  ['half a character', 'is stored as something else', INVALID, access({ sub: 'nobody', identifier: 'victim\ud800' })],
  ['a long identifier', 'is longer than a column', INVALID, access({ sub: 'nobody', identifier: 'v'.repeat(2000) })],
  [
    'a long subject',
    'is longer than a column',
    INVALID,
    access({ sub: 's'.repeat(2000), identifier: 'long@attacks.example' }),
  ],
  [
    'a subject with a NUL',
    'is stored as something else',
    INVALID,
    access({ sub: 'admin\0', identifier: 'nul@attacks.example' }),
  ],
  [
    'a subject with half a character',
    'is stored as something else',
    INVALID,
    access({ sub: 'admin\udc00', identifier: 'half@attacks.example' }),
  ],
  [
    'a subject with a space behind',
    'is compared as somebody else',
    INVALID,
    access({ sub: 'admin ', identifier: 'space@attacks.example' }),
  ],
];

/** The second token of a login, and names that no account may have. */
export const idTokens = [
  ...requestFamily('login: ID token', 'login', rows),
  ...requestFamily('login: identity', 'login', identities),
];
