import { tokenFamily, type TokenRow } from '../attack.js';
import type { Forge } from '../forge.js';

const SUBJECT = 'invalid_subject';
const TYPE = 'invalid_token_type';
const INVALID = 'invalid_claim';

const claim = (name: string, value: unknown) => (forge: Forge) => forge.token({ claims: { [name]: value } });

const subjects: TokenRow[] = [
  ['no sub', 'is about nobody', SUBJECT, claim('sub', undefined)],
  ['an empty sub', 'is about nobody', SUBJECT, claim('sub', '')],
  ['sub of spaces', 'is about nobody that can be seen', SUBJECT, claim('sub', '   ')],
  ['sub of a line break', 'is about nobody that can be seen', SUBJECT, claim('sub', '\r\n\t')],
  ['sub of a no-break space', 'is about nobody that can be seen', SUBJECT, claim('sub', '\u00a0\ufeff')],
  ['sub null', 'sends another type', SUBJECT, claim('sub', null)],
  ['sub 0', 'sends another type', SUBJECT, claim('sub', 0)],
  ['sub 1', 'sends the id of the first user', SUBJECT, claim('sub', 1)],
  ['sub true', 'sends another type', SUBJECT, claim('sub', true)],
  ['sub in a list', 'counts on text that a list turns into', SUBJECT, claim('sub', ['admin'])],
  ['an empty list for sub', 'counts on an empty list being text', SUBJECT, claim('sub', [])],
  ['sub in an object', 'has a database read conditions', SUBJECT, claim('sub', { $ne: null })],
  [
    'client_user_id instead of sub',
    'names the subject in a claim that is no longer used',
    SUBJECT,
    claim('sub', undefined),
  ],
  [
    'sub of the prototype',
    'sets sub by way of __proto__',
    SUBJECT,
    (f) =>
      f.token({
        payloadText: `${JSON.stringify(f.claims({ sub: undefined })).slice(0, -1)},"__proto__":{"sub":"admin"}}`,
      }),
  ],
  ['Sub', 'writes the name in another case', SUBJECT, (f) => f.token({ claims: { sub: undefined, Sub: 'admin' } })],
];

const types: TokenRow[] = [
  ['no type', 'leaves the kind of token open', TYPE, claim('type', undefined)],
  ['an empty type', 'leaves the kind of token open', TYPE, claim('type', '')],
  ['type null', 'sends another type of value', TYPE, claim('type', null)],
  ['type true', 'sends another type of value', TYPE, claim('type', true)],
  ['type in a list', 'counts on a search in a list', TYPE, claim('type', ['client_access_token'])],
  ['type in an object', 'counts on an object being read as text', TYPE, claim('type', { toString: 'access_token' })],
  ['type in capitals', 'changes the case', TYPE, claim('type', 'CLIENT_ACCESS_TOKEN')],
  ['type with a space', 'adds white space', TYPE, claim('type', 'access_token ')],
  ['the end of type', 'counts on a comparison by suffix', TYPE, claim('type', 'token')],
  ['type and more', 'counts on a comparison by prefix', TYPE, claim('type', 'access_token_admin')],
  ['type within text', 'counts on a search in text', TYPE, claim('type', 'id_token,access_token')],
  ['type 0', 'counts on the index of a list', TYPE, claim('type', 0)],
  ['type includes', 'reaches for a prototype', TYPE, claim('type', 'includes')],
  ['type with a look-alike', 'writes a Cyrillic a', TYPE, claim('type', '\u0430ccess_token')],
];

const tokenIds: TokenRow[] = [
  ['jti 1', 'sends another type', INVALID, claim('jti', 1)],
  ['jti null', 'sends another type', INVALID, claim('jti', null)],
  ['jti true', 'sends another type', INVALID, claim('jti', true)],
  ['jti in a list', 'sends another type', INVALID, claim('jti', ['x'])],
  ['jti in an object', 'sends another type', INVALID, claim('jti', {})],
];

const kinds: TokenRow[] = [
  ['an ID token', 'opens a door with what only says who somebody is', TYPE, (f) => f.idToken()],
  [
    'an ID token of the new kind',
    'opens a door with what only says who somebody is',
    TYPE,
    (f) => f.idToken({ type: 'id_token' }),
  ],
  ['an ID token with a scope', 'adds a scope to an ID token', TYPE, (f) => f.idToken({ scope: 'access' })],
  ['a refresh token as JWT', 'uses a token that renews', TYPE, claim('type', 'refresh_token')],
  ['an event token', 'uses the proof of an event', TYPE, claim('type', 'event_token')],
  [
    'a logout token',
    'uses a token that ends a session',
    TYPE,
    (f) =>
      f.token({ claims: { type: undefined, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } } }),
  ],
  ['the old identity token', 'sends the Ed25519 object of the first clients', 'malformed_token', legacyIdentity],
  ['the old identity token as parts', 'joins its members by dots', 'malformed_token', legacyParts],
  [
    'a token of another project',
    'owns another project of the same issuer',
    'invalid_audience',
    (f) => f.token({ claims: { aud: 'the-project-of-the-attacker' } }),
  ],
  [
    'a token of another issuer',
    'owns an issuer',
    'invalid_issuer',
    (f) =>
      f.token({
        claims: { iss: 'https://attacks.example' },
        header: { kid: f.issuer.rogueKey.kid },
        key: f.issuer.rogueKey.privateKey,
      }),
  ],
  [
    'a token of another issuer in this name',
    'owns an issuer, and writes the name of this one',
    'unknown_key',
    (f) => f.token({ header: { kid: f.issuer.rogueKey.kid }, key: f.issuer.rogueKey.privateKey }),
  ],
  ['an API key', 'sends the id of the project, which everyone can read', 'malformed_token', (f) => f.issuer.apiKeyId],
  ['an authorization code', 'sends a code that was not exchanged', 'malformed_token', () => 'qXz1PZ7tHqf6dW3kpHXX'],
  ['a session id', 'sends what a cookie might hold', 'malformed_token', () => 's%3Aabc.def'],
];

/** Whom a token is about, and which kind of token it is. */
export const tokenKinds = [
  ...tokenFamily('claims: sub', subjects),
  ...tokenFamily('claims: type', types),
  ...tokenFamily('claims: jti', tokenIds),
  ...tokenFamily('kinds of token', kinds),
];

function legacyIdentity(forge: Forge): string {
  return JSON.stringify({
    identifier: forge.identifier,
    identifier_type: 'EMAIL',
    receiver: forge.issuer.apiKeyId,
    expire_at: String(forge.nowSeconds() + 3600),
    signature: Buffer.alloc(64, 1).toString('base64'),
  });
}

function legacyParts(forge: Forge): string {
  const signature = Buffer.alloc(64, 1).toString('base64url');
  return [Buffer.from(forge.identifier).toString('base64url'), 'EMAIL', signature].join('.');
}
