import { StaticKeyProvider } from '../../src/tokens/static-key-provider.js';
import { SignatureCheck } from '../../src/tokens/signature-check.js';
import {
  createVerifier,
  encode,
  goodClaims,
  goodHeader,
  KID,
  mint,
  signTexts,
  verdictOf,
} from '../fixtures/token-mint.js';

const verdict = (token: string): Promise<string> => verdictOf(createVerifier().verifyAccessToken(token));
const header = JSON.stringify(goodHeader);
const payload = JSON.stringify(goodClaims);
const [goodHeaderPart = '', goodPayloadPart = '', goodSignaturePart = ''] = mint().split('.');

describe('RFC 7515, JSON Web Signature', () => {
  describe('4, "names within the JOSE Header MUST be unique"', () => {
    it.each([
      ['alg twice, good first', header.replace('{', '{"alg":"none",')],
      ['alg twice, good last', `${header.slice(0, -1)},"alg":"none"}`],
      ['kid twice, the same', `${header.slice(0, -1)},"kid":${JSON.stringify(KID)}}`],
      ['typ twice, once with an escape', `${header.slice(0, -1)},"\\u0074yp":"JWT"}`],
      ['a name that nobody knows twice', `${header.slice(0, -1)},"x":1,"x":1}`],
    ])('refuses %s', async (_case, text) => {
      expect(await verdict(signTexts(text, payload))).toBe('malformed_token');
    });

    it('4, "all Header Parameters not defined by this specification MUST be ignored when not understood"', async () => {
      expect(
        await verdict(mint({}, { 'https://example.com/x': { y: [1] }, nonce: 'n', iss: 'https://evil.example' })),
      ).toBe('accepted');
    });
  });

  it('4.1.4, kid: "Its value MUST be a case-sensitive string"', async () => {
    expect(await verdict(mint({}, { kid: KID.toLowerCase() }))).toBe('unknown_key');
    expect(await verdict(mint({}, { kid: [KID] }))).toBe('unknown_key');
  });

  describe('4.1.11, crit: "MUST be understood and processed", and no extension is', () => {
    it.each([
      ['an extension', ['https://example.com/x'], { 'https://example.com/x': true }],
      ['a parameter that the RFC defines', ['alg'], {}],
      ['b64, with its value', ['b64'], { b64: true }],
      ['the empty list', [], {}],
      ['no list', 'exp', {}],
      ['null', null, {}],
    ])('refuses %s', async (_case, crit, members) => {
      expect(await verdict(mint({}, { ...members, crit }))).toBe('malformed_token');
    });
  });

  describe.each([
    ['header', 0],
    ['payload', 1],
    ['signature', 2],
  ] as const)(
    '5.2, steps 2, 6 and 7, "no line breaks, whitespace, or other additional characters" in the %s',
    (_part, part) => {
      const characters = ['\n', '\r\n', ' ', '\t', '=', '+', '/', '!', '\0', '\u00e9', '\u200b', '\ud83d\ude00'];
      const places = {
        'in front': () => 0,
        inside: (length: number) => length >> 1,
        behind: (length: number) => length,
      };
      it.each(Object.entries(places))('%s', async (_place, place) => {
        for (const character of characters) {
          const parts = [goodHeaderPart, goodPayloadPart, goodSignaturePart];
          const text = parts[part] ?? '';
          const at = place(text.length);
          parts[part] = text.slice(0, at) + character + text.slice(at);
          expect([character, await verdict(parts.join('.'))]).toEqual([character, 'malformed_token']);
        }
      });
    },
  );

  describe('5.2, step 3, "a UTF-8-encoded representation of a completely valid JSON object"', () => {
    const bytes = (buffer: Buffer): string =>
      [buffer.toString('base64url'), goodPayloadPart, goodSignaturePart].join('.');
    it.each([
      ['UTF-16', bytes(Buffer.from(header, 'utf16le'))],
      ['UTF-8 with a byte order mark', bytes(Buffer.from(`\ufeff${header}`))],
      ['a letter of Latin-1', bytes(Buffer.from(header.replace('JWT', 'JWT\u00e9'), 'latin1'))],
      [
        'UTF-8 of a lone surrogate',
        bytes(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')])),
      ],
      ['an overlong form', bytes(Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]))],
      ['a comma at the end', signTexts(header.replace('}', ',}'), payload)],
      ['a comment', signTexts(header.replace('{', '{/* */'), payload)],
      ['names without quotes', signTexts(header.replace('"alg"', 'alg'), payload)],
      ['single quotes', signTexts(header.replaceAll('"', "'"), payload)],
      ['two objects', signTexts(`${header}${header}`, payload)],
      ['a NUL behind it', signTexts(`${header}\0`, payload)],
      ['a list', signTexts(`[${header}]`, payload)],
      ['text', signTexts(JSON.stringify(header), payload)],
      ['nothing', `.${goodPayloadPart}.${goodSignaturePart}`],
    ])('refuses %s for a header', async (_case, token) => {
      expect(await verdict(token)).toBe('malformed_token');
    });
  });

  it('5.2, step 8, the signature is over the parts as they arrived, however they spell their JSON', async () => {
    const spaced = JSON.stringify(goodClaims, null, '\t').replaceAll('\n', '\r\n');
    const escaped = payload
      .replace('user@example.com', '\\u0075ser\\u0040example.com')
      .replace('https://', 'https:\\/\\/');
    const reversed = JSON.stringify(Object.fromEntries(Object.entries(goodClaims).reverse()));
    for (const text of [spaced, escaped, reversed])
      expect(await verdict(signTexts(` ${header}\n`, text))).toBe('accepted');
  });

  it('7.2, the JSON serialization is for others: "JWTs are always represented using the JWS Compact Serialization or the JWE [...]" (RFC 7519, 1)', async () => {
    const flattened = { protected: goodHeaderPart, payload: goodPayloadPart, signature: goodSignaturePart };
    const { payload: shared, ...signature } = flattened;
    for (const form of [flattened, { payload: shared, signatures: [signature] }]) {
      expect(await verdict(JSON.stringify(form))).toBe('malformed_token');
      expect(await verdict(encode(JSON.stringify(form)))).toBe('malformed_token');
    }
  });

  it('A.3, the example of ES256 verifies, octet for octet', async () => {
    const [kid, x, y] = [
      'a3',
      'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    ];
    const key = new StaticKeyProvider({ keys: [{ kty: 'EC', crv: 'P-256', kid, x, y }] }).findKey(kid);
    const signingInput = Buffer.from(
      'eyJhbGciOiJFUzI1NiJ9.' +
        'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ',
    );
    const signature = Buffer.from(
      'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
      'base64url',
    );
    if (key === null) throw new Error('the key of the example was not read');
    expect(await new SignatureCheck().check({ kid, claims: {}, signingInput, signature }, key)).toBe(true);
    signingInput.write('f', 0);
    expect(await new SignatureCheck().check({ kid, claims: {}, signingInput, signature }, key)).toBe(false);
  });
});
