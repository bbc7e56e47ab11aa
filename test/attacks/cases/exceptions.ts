import { bearer, loginWith, postJson, payload, type AcceptedException, type AttackRequest } from '../attack.js';
import type { Forge } from '../forge.js';
import { CURVE_ORDER, rAndS, toBytes } from './curve.js';

const OK = { status: 200, code: null };

/** Accepted at both doors. */
function token(name: string, why: string, make: (forge: Forge) => string): AcceptedException {
  return {
    family: 'exceptions: tokens',
    name,
    why,
    guard: { build: (forge) => bearer(make(forge)), expected: OK },
    login: { build: (forge) => loginWith({ access_token: make(forge) }, forge), expected: OK },
  };
}

/** Accepted at one of the doors. */
function request(
  door: 'guard' | 'login',
  name: string,
  why: string,
  build: (forge: Forge) => AttackRequest,
): AcceptedException {
  const shot = { build, expected: OK };
  return {
    family: `exceptions: ${door}`,
    name,
    why,
    guard: door === 'guard' ? shot : null,
    login: door === 'login' ? shot : null,
  };
}

const claim = (members: Readonly<Record<string, unknown>>) => (forge: Forge) => forge.token({ claims: members });

/** What looks like an attack, and is accepted with good reason. */
export const exceptions: readonly AcceptedException[] = [
  token(
    'r and n - s',
    'ECDSA itself has two signatures for each: whoever has one can write the other, and it is over the same token. Nothing here tells tokens apart by their signature.',
    (forge) => {
      const { r, s } = rAndS(forge.parts().signature);
      return forge.resigned(Buffer.concat([toBytes(r), toBytes(CURVE_ORDER - s)]));
    },
  ),
  token(
    'aud in a list',
    'RFC 7519, 4.1.3: a token may be for several applications, and this is one of them.',
    (forge) => forge.token({ claims: { aud: ['another', forge.issuer.apiKeyId] } }),
  ),
  token('an exp with a fraction', 'RFC 7519, 2: a NumericDate may have one.', (forge) =>
    forge.token({ claims: { exp: forge.nowSeconds() + 60.5 } }),
  ),
  token(
    'an exp a thousand years from now',
    'How long tokens live is for the issuer to say, and the issuer signed it. Revocation is what ends one early.',
    (forge) => forge.token({ claims: { exp: forge.nowSeconds() + 31_536_000_000 } }),
  ),
  token(
    'an exp that has just passed',
    'Clocks differ: within the tolerance (option `clockToleranceSeconds`) a token is still good.',
    (forge) => forge.token({ claims: { exp: forge.nowSeconds() - Math.max(forge.toleranceSeconds - 3, 0) } }),
  ),
  token('no iat', 'RFC 7519 does not ask for one, and nothing depends on it.', claim({ iat: undefined })),
  token('no jti', 'The oldest tokens of the wire have none.', claim({ jti: undefined })),
  token(
    'type access_token',
    'The wire has two names for an access token, by its age.',
    claim({ type: 'access_token' }),
  ),
  token('typ at+jwt', 'RFC 9068 names the type of access tokens.', (forge) =>
    forge.token({ header: { typ: 'at+jwt' } }),
  ),
  token('no typ', 'RFC 7519, 5.1: it is optional; the claim `type` tells the kinds of token apart.', (forge) =>
    forge.token({ header: { typ: undefined } }),
  ),
  token(
    'an unknown header member',
    'RFC 7515, 4: members that are not understood are ignored, unless `crit` names them.',
    (forge) => forge.token({ header: { 'attacks.example/x': { __proto__: null } } }),
  ),
  token(
    'x5t and x5t#S256',
    'Some issuers write the fingerprint of a certificate into every header. It fetches nothing and is not looked at: the key is that of the `kid`.',
    (forge) => forge.token({ header: { x5t: 'fbXJ8Mv2hwGYBKAp7L1Xqdd5_6c', 'x5t#S256': 'x'.repeat(43) } }),
  ),
  token(
    'unknown claims',
    'RFC 7519, 4: claims that are not understood are ignored.',
    claim({ admin: true, roles: ['root'] }),
  ),
  token('a signed __proto__', 'The issuer signed it; it is a claim of that name, and reaches no prototype.', (forge) =>
    forge.withRawClaim('__proto__', '{"admin":true}'),
  ),
  token(
    'signed claims of 2000 levels',
    'The issuer signed them, within 8 KiB. They cost nothing that a flat token of that size would not.',
    (forge) => forge.withRawClaim('x', `${'['.repeat(2000)}${']'.repeat(2000)}`),
  ),
  token('white space in the JSON', 'The signature is over it, and it means the same to every parser.', (forge) =>
    forge.token({ payloadText: JSON.stringify(forge.claims(), null, 2) }),
  ),
  token('the second key of the set', 'After a rotation both keys are published, and either may sign.', (forge) =>
    forge.token({ header: { kid: forge.issuer.secondKey.kid }, key: forge.issuer.secondKey.privateKey }),
  ),
  request('guard', 'the scheme in small letters', 'RFC 9110, 11.1: schemes have no case.', (forge) => ({
    headers: [['authorization', `bearer ${forge.good}`]],
  })),
  request('guard', 'the scheme in mixed letters', 'RFC 9110, 11.1: schemes have no case.', (forge) => ({
    headers: [['AUTHORIZATION', `bEaReR ${forge.good}`]],
  })),
  request('guard', 'two spaces', 'RFC 9110, 11.4 has one space or more between scheme and token.', (forge) => ({
    headers: [['Authorization', `Bearer  ${forge.good}`]],
  })),
  request(
    'guard',
    'spaces around the value',
    'RFC 9110, 5.5: they are no part of the value; Node removes them.',
    (forge) => ({
      headers: [['Authorization', ` \t Bearer ${forge.good} \t `]],
    }),
  ),
  request(
    'guard',
    'another token in the query',
    'Queries are never read, so there is one credential only; refusing would mean to read them.',
    (forge) => ({ ...bearer(forge.good), target: (path) => `${path}?access_token=junk` }),
  ),
  request(
    'login',
    "the victim's address in the body",
    'The web client sends an address of its own. It is unverified and decides nothing: the account is that of the token. `strictIdentity` refuses it.',
    (forge) => loginWith({ access_token: forge.good }, forge),
  ),
  request('login', 'a good ID token', 'It is about the same person at the same issuer.', (forge) =>
    loginWith({ access_token: forge.good, id_token: forge.idToken() }, forge),
  ),
  request('login', 'an empty ID token', 'Older clients send an empty string or null where there is none.', (forge) =>
    loginWith({ access_token: forge.good, id_token: '' }, forge),
  ),
  request('login', 'charset in capitals', 'RFC 9110, 8.3.2: names of character sets have no case.', (forge) =>
    postJson(JSON.stringify(payload({ access_token: forge.good }, forge)), 'Application/JSON; Charset="UTF-8"'),
  ),
  request(
    'login',
    'a member of the body twice',
    'The parser of the host has thrown the first away before anybody could look. Both are unverified, and whichever token is left has to be good.',
    (forge) => postJson(`{"oauth_token":{"access_token":"junk"},"oauth_token":{"access_token":"${forge.good}"}}`),
  ),
];
