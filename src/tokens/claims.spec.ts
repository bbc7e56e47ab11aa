import { InvalidTokenError, type TokenEvidence } from '../errors/token.errors.js';
import { checkClaims, findText, type ClaimRules, type Claims } from './claims.js';

const NOW = 1_000_000;
const rules: ClaimRules = { audience: 'me', types: ['access', 'client_access'], clockToleranceSeconds: 5 };
const good = { aud: 'me', type: 'access', sub: 'somebody', exp: NOW + 60 };

function refusalOf(claims: Claims): { code: string; evidence: TokenEvidence | undefined } | null {
  try {
    checkClaims(claims, rules, NOW);
    return null;
  } catch (error) {
    if (error instanceof InvalidTokenError) return { code: error.code, evidence: error.evidence };
    throw error;
  }
}

describe('the claims of a token', () => {
  it('are read where they keep the rules', () => {
    expect(checkClaims({ ...good, iat: NOW - 1, jti: 'token' }, rules, NOW)).toEqual({
      subject: 'somebody',
      expiresAtSeconds: NOW + 60,
      issuedAtSeconds: NOW - 1,
      tokenId: 'token',
    });
    expect(checkClaims(good, rules, NOW)).toMatchObject({ issuedAtSeconds: null, tokenId: null });
  });

  const refused: [string, Record<string, unknown>, string, unknown, unknown][] = [
    ['no exp', { exp: undefined }, 'invalid_claim', 'exp: a number of seconds', undefined],
    ['exp as text', { exp: '1' }, 'invalid_claim', 'exp: a number of seconds', '1'],
    ['exp without end', { exp: Infinity }, 'invalid_claim', 'exp: a number of seconds', Infinity],
    ['iat that is NaN', { iat: NaN }, 'invalid_claim', 'iat: a number of seconds', NaN],
    ['nbf as null', { nbf: null }, 'invalid_claim', 'nbf: a number of seconds', null],
    ['jti as a number', { jti: 7 }, 'invalid_claim', 'jti: a string', 7],
    ['exp passed', { exp: NOW - 5 }, 'token_expired', 'exp after 1000000', NOW - 5],
    ['iat ahead', { iat: NOW + 5.5 }, 'token_not_yet_valid', 'nbf and iat until 1000005', NOW + 5.5],
    ['nbf ahead', { nbf: NOW + 5.5 }, 'token_not_yet_valid', 'nbf and iat until 1000005', NOW + 5.5],
    ['another audience', { aud: 'you' }, 'invalid_audience', 'me', 'you'],
    ['other audiences', { aud: ['you', 'they'] }, 'invalid_audience', 'me', ['you', 'they']],
    ['an audience among other things', { aud: ['me', 1] }, 'invalid_audience', 'me', ['me', 1]],
    ['another type', { type: 'id' }, 'invalid_token_type', ['access', 'client_access'], 'id'],
    ['a blank subject', { sub: ' ' }, 'invalid_subject', 'a non-empty string', ' '],
    ['no subject', { sub: undefined }, 'invalid_subject', 'a non-empty string', undefined],
  ];
  it.each(refused)(
    'are refused with %s, and it is said what was wanted and seen',
    (_case, changes, code, expected, actual) => {
      expect(refusalOf({ ...good, ...changes })).toEqual({ code, evidence: { expected, actual } });
    },
  );

  it.each([
    ['exp that passed within the tolerance', { exp: NOW - 4.9 }],
    ['iat ahead by the tolerance', { iat: NOW + 5 }],
    ['nbf ahead by the tolerance', { nbf: NOW + 5 }],
    ['its audience among others', { aud: ['you', 'me'] }],
    ['the second of the types', { type: 'client_access' }],
  ])('are good with %s', (_case, changes) => {
    expect(refusalOf({ ...good, ...changes })).toBeNull();
  });

  const id = 'ee1982e9-1596-41db-b1a1-4c1880c1f016';
  it.each([
    [`USER:${id}`, id],
    [`user:${id.toUpperCase()}`, id.toUpperCase()],
    [`USER:${id}0`, `USER:${id}0`],
    [`USER:USER:${id}`, `USER:USER:${id}`],
    [`x USER:${id}`, `x USER:${id}`],
    [`USER:${id.slice(1)}`, `USER:${id.slice(1)}`],
    [`USER:${id.replace('-', '')}`, `USER:${id.replace('-', '')}`],
    [`USER:g${id.slice(1)}`, `USER:g${id.slice(1)}`],
    ['USER:', 'USER:'],
  ])('name %s as %s', (sub, subject) => {
    expect(checkClaims({ ...good, sub }, rules, NOW).subject).toBe(subject);
  });
});

it('a text is a string with something in it', () => {
  const claims = { name: 'Ann', empty: '', number: 1, list: ['Ann'] };
  expect(['name', 'empty', 'number', 'list', 'missing'].map((name) => findText(claims, name))).toEqual([
    'Ann',
    ...[null, null, null, null],
  ]);
});
