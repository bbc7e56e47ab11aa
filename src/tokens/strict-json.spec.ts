import { parseStrictJson } from './strict-json.js';

describe('strict JSON', () => {
  it.each([
    ['{}', {}],
    ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', { a: 1, b: { a: 2 }, c: [{ a: 3 }, { a: 4 }] }],
    ['{"a":"a","b":"{\\"a\\":1,\\"a\\":2}"}', { a: 'a', b: '{"a":1,"a":2}' }],
    ['{"a":"\\\\","b":"\\\\\\""}', { a: '\\', b: '\\"' }],
    [' { "a" : [ "a" , "a" ] } ', { a: ['a', 'a'] }],
    ['{"a":{"x":"y"},"x":"a"}', { a: { x: 'y' }, x: 'a' }],
  ])('reads %s', (text, object) => {
    expect(parseStrictJson(text)).toEqual({ object });
  });

  it.each([
    ['', 'JSON'],
    ['{', 'JSON'],
    ["{'a':1}", 'JSON'],
    ['{"a":1}x', 'JSON'],
    ['\ufeff{}', 'JSON'],
    ['[]', 'a JSON object'],
    ['null', 'a JSON object'],
    ['"text"', 'a JSON object'],
    ['7', 'a JSON object'],
    ['{"a":1,"a":1}', 'each member once'],
    ['{"a":1,"b":2,"\\u0061":3}', 'each member once'],
    ['{"a":{"b":1,"b":2}}', 'each member once'],
    ['{"a":[{"b":1 , "b" : 2}]}', 'each member once'],
    ['{"":1,"":2}', 'each member once'],
    ['{"__proto__":1,"__proto__":2}', 'each member once'],
  ])('refuses %s', (text, problem) => {
    expect(parseStrictJson(text)).toEqual({ problem });
  });
});
