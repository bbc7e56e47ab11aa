import { InvalidTokenError, type TokenEvidence } from '../errors/token.errors.js';
import { HeaderReader, MAX_TOKEN_LENGTH, parseCompactJwt } from './compact-jwt.js';

const header = { alg: 'ES256', kid: 'kid', typ: 'JWT' };
const SIGNATURE = Buffer.alloc(64, 7).toString('base64url');

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

function write(headerChanges: object = {}, payload: unknown = { sub: 'somebody' }, signature = SIGNATURE): string {
  return `${encode({ ...header, ...headerChanges })}.${encode(payload)}.${signature}`;
}

function refusalOf(parse: () => unknown): { code: string; evidence: TokenEvidence | undefined } | null {
  try {
    parse();
    return null;
  } catch (error) {
    if (error instanceof InvalidTokenError) return { code: error.code, evidence: error.evidence };
    throw error;
  }
}

describe('a compact token', () => {
  it('is taken apart', () => {
    const token = write();
    expect(parseCompactJwt(token)).toEqual({
      kid: 'kid',
      claims: { sub: 'somebody' },
      signingInput: Buffer.from(token.slice(0, token.lastIndexOf('.'))),
      signature: Buffer.alloc(64, 7),
    });
  });

  it('has 8 KiB at most', () => {
    expect(MAX_TOKEN_LENGTH).toBe(8192);
    expect(refusalOf(() => parseCompactJwt('x'.repeat(8193)))).toEqual({
      code: 'malformed_token',
      evidence: { expected: 'at most 8192 characters', actual: 8193 },
    });
    expect(refusalOf(() => parseCompactJwt('x'.repeat(8192)))?.evidence?.expected).toBe('three parts');
  });

  const something = 'something else';
  const refused: [string, string, string, unknown, unknown][] = [
    ['one part', 'x', 'malformed_token', 'three parts', 'another number of them'],
    ['two parts', 'x.y', 'malformed_token', 'three parts', 'another number of them'],
    ['four parts', `${write()}.`, 'malformed_token', 'three parts', 'another number of them'],
    [
      'a header with padding',
      write().replace('.', '=.'),
      'malformed_token',
      'base64url without padding in the header',
      something,
    ],
    [
      'no header',
      `.${encode({})}.${SIGNATURE}`,
      'malformed_token',
      'base64url without padding in the header',
      something,
    ],
    [
      'no payload',
      `${encode(header)}..${SIGNATURE}`,
      'malformed_token',
      'base64url without padding in the payload',
      something,
    ],
    ['letters beyond ASCII in the payload', write().replace('.', '.é'), 'malformed_token', 'ASCII', something],
    ['letters beyond Latin in the signature', `${write()}Ł`, 'malformed_token', 'ASCII', something],
    ['no signature', write({}, {}, ''), 'malformed_token', 'base64url without padding in the signature', something],
    [
      'a header that is no JSON',
      `${encode('{')}.${encode({})}.${SIGNATURE}`,
      'malformed_token',
      'JSON in the header',
      something,
    ],
    ['a payload that is a list', write({}, []), 'malformed_token', 'a JSON object in the payload', something],
    ['a member twice', write({}, '{"a":1,"a":1}'), 'malformed_token', 'each member once in the payload', something],
    [
      '63 bytes for a signature',
      write({}, {}, Buffer.alloc(63).toString('base64url')),
      'invalid_signature',
      '64 bytes',
      63,
    ],
    [
      '65 bytes for a signature',
      write({}, {}, Buffer.alloc(65).toString('base64url')),
      'invalid_signature',
      '64 bytes',
      65,
    ],
    ['another algorithm', write({ alg: 'RS256' }), 'unsupported_algorithm', 'ES256', 'RS256'],
    ['another type', write({ typ: 'JWE' }), 'malformed_token', ['JWT', 'at+jwt', 'application/at+jwt'], 'JWE'],
    ['a type in a list', write({ typ: ['JWT'] }), 'malformed_token', ['JWT', 'at+jwt', 'application/at+jwt'], ['JWT']],
    ['an empty kid', write({ kid: '' }), 'unknown_key', 'a kid', ''],
    ['a number for a kid', write({ kid: 1 }), 'unknown_key', 'a kid', 1],
    ...['crit', 'b64', 'jku', 'jwk', 'x5u', 'x5c', 'zip', 'enc', 'cty'].map(
      (name): [string, string, string, unknown, unknown] => [
        `${name} in its header`,
        write({ [name]: null }),
        'malformed_token',
        'no such header member',
        [name],
      ],
    ),
  ];
  it.each(refused)(
    'is refused with %s, and it is said what was wanted and seen',
    (_case, token, code, expected, actual) => {
      expect(refusalOf(() => parseCompactJwt(token))).toEqual({ code, evidence: { expected, actual } });
    },
  );
});

describe('a reader of many headers', () => {
  it('says of each what it says, whichever came before', () => {
    const headers = new HeaderReader();
    const [first, second] = [encode({ ...header, kid: 'first' }), encode({ ...header, kid: 'second' })];
    const bad = encode({ ...header, alg: 'none' });
    expect([first, first, second, first].map((text) => headers.readKid(text))).toEqual([
      'first',
      'first',
      'second',
      'first',
    ]);
    for (const text of [bad, bad, '', first.slice(1)]) expect(refusalOf(() => headers.readKid(text))).not.toBeNull();
    expect(headers.readKid(first)).toBe('first');
  });
});
