import { parseStrictJson, type StrictJson } from './strict-json.js';

function parse(text: string): StrictJson {
  return parseStrictJson(Buffer.from(text));
}

describe('strict JSON', () => {
  it.each([
    ['{}', {}],
    ['{"a":1,"b":{"a":2},"c":[{"a":3},{"a":4}]}', { a: 1, b: { a: 2 }, c: [{ a: 3 }, { a: 4 }] }],
    ['{"a":"a","b":"{\\"a\\":1,\\"a\\":2}"}', { a: 'a', b: '{"a":1,"a":2}' }],
    ['{"a":"\\\\","b":"\\\\\\""}', { a: '\\', b: '\\"' }],
    ['{"a":"\\":"}', { a: '":' }],
    ['{"a":"\\\\","b:":":"}', { a: '\\', 'b:': ':' }],
    [' { "a" : [ "a" , "a" ] } ', { a: ['a', 'a'] }],
    ['{"a":{"x":"y"},"x":"a"}', { a: { x: 'y' }, x: 'a' }],
  ])('reads %s', (text, object) => {
    expect(parse(text)).toEqual({ object });
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
    expect(parse(text)).toEqual({ problem });
  });

  it.each([
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a letter cut short', [0xc3]],
    ['Latin-1', [0xe9]],
  ])('refuses %s, which is not UTF-8', (_, bytes) => {
    const json = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(parseStrictJson(json)).toEqual({ problem: 'UTF-8' });
  });

  it('reads letters of any script', () => {
    expect(parse('{"é":"日本","\u00e9x":"😀"}')).toEqual({ object: { é: '日本', éx: '😀' } });
  });
});
