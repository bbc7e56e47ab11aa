import { InvalidBodyError } from '../../errors/request.errors.js';
import { parseRefreshRequest } from './refresh-request.js';

describe('the body of POST /refresh', () => {
  it.each([
    [{ refresh_token: 'a:b' }],
    [{ refresh_token: 'a:b', grant_type: 'refresh_token' }],
    [{ refresh_token: 'a:b', grant_type: undefined }],
    [{ refresh_token: 'a:b', access_token: 'old', scope: ['anything'] }],
  ])('may be %j', (body) => {
    expect(parseRefreshRequest(body)).toEqual({ refreshToken: 'a:b' });
  });

  it.each([
    [undefined, 'the body'],
    [null, 'the body'],
    ['a:b', 'the body'],
    [[{ refresh_token: 'a:b' }], 'the body'],
    [{}, 'refresh_token'],
    [{ refresh_token: '' }, 'refresh_token'],
    [{ refresh_token: null }, 'refresh_token'],
    [{ refresh_token: 42 }, 'refresh_token'],
    [{ refresh_token: ['a:b'] }, 'refresh_token'],
    [{ refresh_token: { $ne: '' } }, 'refresh_token'],
    [{ refresh_token: 'x'.repeat(4097) }, 'refresh_token'],
    [{ refreshToken: 'a:b' }, 'refresh_token'],
    [{ refresh_token: 'a:b', grant_type: 'authorization_code' }, 'grant_type'],
    [{ refresh_token: 'a:b', grant_type: 'REFRESH_TOKEN' }, 'grant_type'],
    [{ refresh_token: 'a:b', grant_type: '' }, 'grant_type'],
    [{ refresh_token: 'a:b', grant_type: null }, 'grant_type'],
    [{ refresh_token: 'a:b', grant_type: ['refresh_token'] }, 'grant_type'],
  ])('may not be %j: the problem is %s, and is named without its value', (body, member) => {
    const parse = () => parseRefreshRequest(body);
    expect(parse).toThrow(InvalidBodyError);
    expect(parse).toThrow(new RegExp(`: ${member} `));
    expect(parse).not.toThrow(/a:b|authorization_code|xxxx/);
  });

  it('is told all its problems at once', () => {
    expect(() => parseRefreshRequest({ grant_type: 'password' })).toThrow(/grant_type .*; refresh_token /);
  });
});
