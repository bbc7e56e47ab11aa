import { cookieNamesOf, cookieValuesOf, serializeCookie } from './cookies.js';

const carrying = (...fields: string[]) => ({ rawHeaders: fields.flatMap((field) => ['Cookie', field]) });

describe('the cookies of a request', () => {
  it.each<[string, string[], string[]]>([
    ['the only one', ['a=1'], ['1']],
    ['one of several', ['x=0; a=1; b=2'], ['1']],
    ['without white space', ['x=0;a=1;b=2'], ['1']],
    ['in a second field, as over HTTP/2', ['x=0', 'a=1'], ['1']],
    ['an empty one', ['a=; b=2'], ['']],
    ['with signs of equality in it', ['a=1=2'], ['1=2']],
    ['twice', ['a=1; a=2'], ['1', '2']],
    ['twice, in two fields', ['a=1', 'a=1'], ['1', '1']],
    ['none', ['b=1'], []],
    ['the end of another name', ['ba=1; b-a=1; __Host-a=1'], []],
    ['in a value', ['b=a=1; c= a=1; d=x a=1'], []],
    ['a name alone', ['a; b'], []],
    ['in another case', ['A=1'], []],
    ['nothing', [], []],
  ])('%s', (_case, fields, values) => {
    expect(cookieValuesOf(carrying(...fields), 'a')).toEqual(values);
  });

  it('are looked for in their own field, in whatever case that is, and nowhere else', () => {
    const rawHeaders = ['Cookie2', 'a=1', 'COOKIE', 'a=2', 'X-Cookie', 'a=3', 'Set-Cookie', 'a=4'];
    expect(cookieValuesOf({ rawHeaders }, 'a')).toEqual(['2']);
  });

  it('have names', () => {
    expect(cookieNamesOf(carrying('a=1; b=2', 'c=a=1;d'))).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a cookie that is set', () => {
  it('is this host’s alone', () => {
    expect(serializeCookie('a', 'x', { maxAgeSeconds: 60, secure: true })).toBe(
      'a=x; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure',
    );
  });

  it('crosses sites where it is told to, a cookie for each of them', () => {
    const attributes = { maxAgeSeconds: 60, secure: true, path: '/api', crossSite: true };
    expect(serializeCookie('a', 'x', attributes)).toBe(
      'a=x; Max-Age=60; Path=/api; HttpOnly; SameSite=None; Secure; Partitioned',
    );
  });

  it('is taken away by a time that has passed, for browsers of every age', () => {
    expect(serializeCookie('a', '', { maxAgeSeconds: 0, secure: false })).toBe(
      'a=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/; HttpOnly; SameSite=Lax',
    );
  });
});
