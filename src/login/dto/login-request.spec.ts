import { documentedPayloads } from '../../../test/fixtures/payloads.js';
import { InvalidBodyError } from '../../errors/request.errors.js';
import { parseLoginRequest } from './login-request.js';

const tokens = { accessToken: 'access', idToken: 'id' };
const good = { oauth_token: { access_token: 'access' } };

describe('the payload of a sign-in', () => {
  it.each(Object.entries(documentedPayloads))('is read in the shape of %s', (_shape, payload) => {
    const request = parseLoginRequest(payload(tokens));
    expect(request.accessToken).toBe('access');
    expect(request.unverified).not.toHaveProperty('oauth_token');
    expect(request.unverified).not.toHaveProperty('token');
  });

  it('tells whom the body claims to be about, by the member that says so', () => {
    const { claimed } = parseLoginRequest({
      ...good,
      email: 'a@example.com',
      phone: '',
      user: { ID: 'u1', identifier: 'b@example.com' },
      identifier: { identifier: 'c@example.com' },
      user_id: 'u2',
    });
    expect(claimed).toEqual({
      identifiers: {
        email: 'a@example.com',
        'user.identifier': 'b@example.com',
        'identifier.identifier': 'c@example.com',
      },
      subjects: { 'user.ID': 'u1', user_id: 'u2' },
    });
  });

  it('keeps additional members for the hooks', () => {
    expect(parseLoginRequest({ ...good, name: 'Ann', identifier: 'a form field' }).unverified).toEqual({
      name: 'Ann',
      identifier: 'a form field',
    });
  });
});

describe('a body of the wrong shape', () => {
  const cases: [string, unknown, string[]][] = [
    ['text', 'text', ['the body must be a JSON object']],
    ['null', null, ['the body must be a JSON object']],
    ['a list', [], ['the body must be a JSON object']],
    ['nothing in it', {}, ['oauth_token must be an object']],
    ['a token for oauth_token', { oauth_token: 'eyJ' }, ['oauth_token must be an object']],
    ['a list for oauth_token', { oauth_token: [] }, ['oauth_token must be an object']],
    ['no access token', { oauth_token: {} }, ['oauth_token.access_token must be a non-empty string']],
    [
      'an empty access token',
      { oauth_token: { access_token: '' } },
      ['oauth_token.access_token must be a non-empty string'],
    ],
    [
      'a list for an access token',
      { oauth_token: { access_token: ['x'] } },
      ['oauth_token.access_token must be a non-empty string'],
    ],
    ['a number for an e-mail', { ...good, email: 5 }, ['email must be a string']],
    ['an object for a phone', { ...good, phone: {} }, ['phone must be a string']],
    ['a list for a user', { ...good, user: [] }, ['user must be an object']],
    ['a number for an identifier', { ...good, user: { identifier: 1 } }, ['user.identifier must be a string']],
    ['two wrong members', { email: 1, phone: 2, ...good }, ['email must be a string', 'phone must be a string']],
  ];
  it.each(cases)('(%s) is refused by the names of its members', (_case, body, problems) => {
    const parse = (): unknown => parseLoginRequest(body);
    expect(parse).toThrow(InvalidBodyError);
    expect(parse).toThrow(expect.objectContaining({ problems }) as Error);
  });
});
