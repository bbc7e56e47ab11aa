import { resolveOptions } from '../cotter.options.resolver.js';
import { InvalidRedirectUrlError } from '../errors/identifier.errors.js';
import { AuthorizationRefusedError, InvalidCallbackError } from '../errors/callback.errors.js';
import { PkceService } from './pkce.service.js';

const API_KEY_ID = '19024767-a0b2-4221-8faa-ef116dc853d0';
const STATE = 'CSw1Qm8vHZ0WmU7q9m2dXr3k4l5o6p7q8r9s0t1u2v3';

const service = new PkceService(resolveOptions({ apiKeyId: API_KEY_ID, jsUrl: 'https://js.example.com/' }, 'cotter'));

describe('PkceService', () => {
  describe('begins a sign-in', () => {
    it('at the authorize page, with what ties the answer to it', () => {
      const begun = service.begin({ redirectUrl: 'com.example.app:path', type: 'PHONE' });
      const url = new URL(begun.url);
      expect(`${url.origin}${url.pathname}`).toBe('https://js.example.com/app');
      expect([...url.searchParams]).toEqual([
        ['api_key', API_KEY_ID],
        ['redirect_url', 'com.example.app:path'],
        ['type', 'PHONE'],
        ['code_challenge', begun.codeChallenge],
        ['state', begun.state],
      ]);
      expect(service.challengeOf(begun.codeVerifier)).toBe(begun.codeChallenge);
      expect(begun.url).not.toContain(begun.codeVerifier);
    });

    it('with a fresh verifier and state each time', () => {
      const request = { redirectUrl: 'http://127.0.0.1:8395', type: 'EMAIL' } as const;
      const [a, b] = [service.begin(request), service.begin(request)];
      expect(new Set([a.state, b.state, a.codeVerifier, b.codeVerifier]).size).toBe(4);
    });

    it('with everything that the page understands', () => {
      const { url } = service.begin({
        redirectUrl: 'https://app.example.com/callback?tenant=a&b',
        type: 'PHONE',
        authMethod: 'OTP',
        input: '+12345678910&state=other',
        phoneChannels: ['SMS', 'WHATSAPP'],
      });
      const { searchParams } = new URL(url);
      expect(searchParams.get('redirect_url')).toBe('https://app.example.com/callback?tenant=a&b');
      expect(searchParams.get('auth_method')).toBe('OTP');
      expect(searchParams.get('direct_login')).toBe('true');
      expect(searchParams.get('input')).toBe('+12345678910&state=other');
      expect(searchParams.getAll('phone_channels[]')).toEqual(['SMS', 'WHATSAPP']);
      expect(searchParams.getAll('state')).toHaveLength(1);
    });

    it.each([
      'javascript:alert(1)',
      'my_app://',
      'http://app.example.com/',
      '//evil.example',
      'https://a@evil.example/',
    ])('never towards %s', (redirectUrl) => {
      expect(() => service.begin({ redirectUrl, type: 'EMAIL' })).toThrow(InvalidRedirectUrlError);
      expect(() =>
        service.authorizeUrl({ redirectUrl, type: 'EMAIL', codeChallenge: 'challenge', state: STATE }),
      ).toThrow(InvalidRedirectUrlError);
    });
  });

  describe('reads a callback', () => {
    const good = `code=the%2Bcode&state=${STATE}&challenge_id=42`;

    it.each([
      ['a URL', `http://127.0.0.1:8395/?${good}`],
      ['a URL object', new URL(`https://app.example.com/callback?tenant=a&${good}`)],
      ['a path', `/login/callback?${good}`],
      ['the URL of an app', `yourapp://?${good}`],
      ['the URL of an app without an authority', `com.example.app:path?${good}`],
      ['a URL with a fragment', `http://127.0.0.1:8395/?${good}#?code=other`],
      ['search parameters', new URLSearchParams(good)],
      ['a query as the platforms read it', { code: 'the+code', state: STATE, challenge_id: '42', other: ['a', 'b'] }],
    ])('from %s', (_, callback) => {
      expect(service.parseCallback(callback, STATE)).toEqual({ authorizationCode: 'the+code', challengeId: 42 });
    });

    it.each([
      ['nothing', ''],
      ['no query', 'http://127.0.0.1:8395/'],
      ['its parameters in the fragment', `http://127.0.0.1:8395/#${good}`],
      ['no state', '/?code=a&challenge_id=42'],
      ['an empty state', '/?code=a&state=&challenge_id=42'],
      ['another state', '/?code=a&state=other&challenge_id=42'],
      ['a state in another case', `/?code=a&state=${STATE.toLowerCase()}&challenge_id=42`],
      ['the start of the state', `/?code=a&state=${STATE.slice(0, -1)}&challenge_id=42`],
      ['no code', `/?state=${STATE}&challenge_id=42`],
      ['an empty code', `/?code=&state=${STATE}&challenge_id=42`],
      ['a code that is too long', `/?code=${'x'.repeat(4097)}&state=${STATE}&challenge_id=42`],
      ['no challenge_id', `/?code=a&state=${STATE}`],
      ['a challenge_id that is no number', `/?code=a&state=${STATE}&challenge_id=abc`],
      ['a challenge_id with an exponent', `/?code=a&state=${STATE}&challenge_id=4e1`],
      ['a challenge_id with a sign', `/?code=a&state=${STATE}&challenge_id=%2B42`],
      ['a challenge_id with a space', `/?code=a&state=${STATE}&challenge_id=42%20`],
      ['a challenge_id beyond safe integers', `/?code=a&state=${STATE}&challenge_id=9007199254740993`],
      ['two states', `/?${good}&state=${STATE}`],
      ['two codes', `/?${good}&code=other`],
      ['two challenge ids', `/?${good}&challenge_id=43`],
      ['two errors', '/?error=a&error=b'],
      ['a list of states', { code: 'a', state: [STATE, STATE], challenge_id: '42' }],
      ['an object for a code', { code: { a: 'b' }, state: STATE, challenge_id: '42' }],
      ['inherited parameters', Object.create({ code: 'a', state: STATE, challenge_id: '42' }) as object],
    ])('and refuses one with %s', (_, callback) => {
      expect(() => service.parseCallback(callback as string, STATE)).toThrow(InvalidCallbackError);
    });

    it.each(['', undefined, null, 42])('and refuses every state where %j was expected', (expected) => {
      for (const state of ['', 'undefined', 'null', '42']) {
        const parse = () => service.parseCallback({ code: 'a', state, challenge_id: '42' }, expected as string);
        expect(parse).toThrow(InvalidCallbackError);
      }
    });

    it('and tells that the issuer refused, without showing its words', () => {
      const parse = () => service.parseCallback(`/?error=${encodeURIComponent('<b>call 555</b>')}&code=a`, STATE);
      expect(parse).toThrow(AuthorizationRefusedError);
      expect(parse).toThrow(expect.objectContaining({ reason: '<b>call 555</b>' }));
      expect(parse).not.toThrow(/555/);
    });
  });
});
