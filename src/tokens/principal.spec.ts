import type { CheckedClaims, Claims } from './claims.js';
import { createPrincipal, type CotterPrincipal } from './principal.js';

const checked: CheckedClaims = { subject: 'somebody', expiresAtSeconds: 60, issuedAtSeconds: null, tokenId: null };
const by = { issuer: 'https://issuer.example', audience: 'me' };

function principalOf(claims: Claims, more: Partial<CheckedClaims & { keepsAuthTime: boolean }> = {}): CotterPrincipal {
  const { keepsAuthTime, ...rest } = more;
  return createPrincipal(
    claims,
    { ...checked, ...rest },
    { ...by, ...(keepsAuthTime === undefined ? {} : { keepsAuthTime }) },
  );
}

describe('a principal', () => {
  it('has nothing that its token does not say', () => {
    expect(principalOf({})).toEqual({
      subject: 'somebody',
      identifier: null,
      identifierType: null,
      authenticationMethod: null,
      scopes: [],
      issuer: by.issuer,
      audience: by.audience,
      tokenId: null,
      issuedAt: null,
      expiresAt: '1970-01-01T00:01:00.000Z',
      authenticatedAt: null,
      sessionHandle: null,
      claims: {},
    });
  });

  it.each([
    ['user@example.com', 'EMAIL'],
    ['+12345678910', 'PHONE'],
    ['ann', 'USERNAME'],
    ['\u200b', null],
  ])('has the identifier %s, of type %s', (identifier, identifierType) => {
    expect(principalOf({ identifier })).toMatchObject({ identifier, identifierType });
  });

  it.each([
    ['access', ['access']],
    ['access admin', ['access', 'admin']],
    [' admin  access ', ['admin', 'access']],
    ['', []],
    [['access'], []],
  ])('has the scopes of %j', (scope, scopes) => {
    const principal = principalOf({ scope });
    expect(principal.scopes).toEqual(scopes);
    expect(Object.isFrozen(principal.scopes)).toBe(true);
  });

  it.each([
    [1_800_000_000, true, '2027-01-15T08:00:00.000Z'],
    [1_800_000_000, undefined, null],
    [1_800_000_000, false, null],
    ['1800000000', true, null],
    [Infinity, true, null],
  ])('signed in at %j, of an issuer that keeps the time (%j): %s', (authTime, keepsAuthTime, authenticatedAt) => {
    const more = keepsAuthTime === undefined ? {} : { keepsAuthTime };
    expect(principalOf({ auth_time: authTime }, more).authenticatedAt).toBe(authenticatedAt);
  });

  it('has times that a date can hold, however far away they are said to be', () => {
    const far = { expiresAtSeconds: 1e300, issuedAtSeconds: -1e300 };
    expect(principalOf({}, far)).toMatchObject({
      expiresAt: '+275760-09-13T00:00:00.000Z',
      issuedAt: '-271821-04-20T00:00:00.000Z',
    });
  });

  it('is frozen to the last claim, and says what the token said', () => {
    const claims = {
      iss: by.issuer,
      aud: ['me', 'you'],
      client_user_id: 'another',
      nested: { list: [{ a: null }, 'b'] },
    };
    const principal = principalOf(structuredClone(claims));
    expect(principal.claims).toEqual(claims);
    const nested = principal.claims['nested'] as (typeof claims)['nested'];
    for (const part of [principal, principal.claims, principal.claims['aud'], nested, nested.list, nested.list[0]])
      expect(Object.isFrozen(part)).toBe(true);
  });
});
