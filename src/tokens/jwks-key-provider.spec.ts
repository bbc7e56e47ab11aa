import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { KeysUnavailableError } from '../errors/token.errors.js';
import { JwksKeyProvider } from './jwks-key-provider.js';

const COOLDOWN_MS = 5_000;
const MAX_AGE_MS = 600_000;
const MAX_STALE_MS = 86_400_000;

type Answer = (response: ServerResponse) => void;

let server: Server;
let answer: Answer;
let requests = 0;
let nowMs = 1_000_000;

beforeAll(async () => {
  server = createServer((_request, response) => {
    requests++;
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

beforeEach(() => {
  requests = 0;
});

function provider(): JwksKeyProvider {
  const { port } = server.address() as AddressInfo;
  return new JwksKeyProvider({
    jwksUri: `http://127.0.0.1:${String(port)}/jwks`,
    maxAgeSeconds: MAX_AGE_MS / 1000,
    maxStaleSeconds: MAX_STALE_MS / 1000,
    cooldownSeconds: COOLDOWN_MS / 1000,
    monotonicMs: () => nowMs,
  });
}

function createKey(): { publicKey: KeyObject; jwk: Record<string, unknown>; privateJwk: Record<string, unknown> } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }) },
    privateJwk: { ...privateKey.export({ format: 'jwk' }) },
  };
}

const json =
  (body: unknown, status = 200): Answer =>
  (response) => {
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const a = createKey();
const b = createKey();
const both = json({
  keys: [
    { ...a.jwk, kid: 'a', use: 'sig', alg: 'ES256' },
    { ...b.jwk, kid: 'b' },
  ],
});
const onlyB = json({ keys: [{ ...b.jwk, kid: 'b' }] });
const down = json({}, 503);

async function unavailable(lookup: unknown): Promise<number> {
  const error: unknown = await Promise.resolve(lookup).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(KeysUnavailableError);
  return (error as KeysUnavailableError).retryAfterSeconds;
}

describe('a healthy key set', () => {
  it('is fetched once for any number of cold look-ups, whichever keys they want', async () => {
    answer = both;
    const keys = provider();
    const found = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => keys.findKey(index % 2 === 0 ? 'a' : 'b')),
    );
    expect(found.every((key) => key !== null)).toBe(true);
    expect(requests).toBe(1);
  });

  it('gives a known key at once, the same object every time', async () => {
    answer = both;
    const keys = provider();
    await keys.findKey('a');
    const key = keys.findKey('a');
    expect(key).not.toBeInstanceOf(Promise);
    expect(key).toBe(keys.findKey('a'));
    expect((key as KeyObject).equals(a.publicKey)).toBe(true);
  });

  it('answers a flood of junk with one fetch a cooldown, and then knows a key that was just rotated in', async () => {
    answer = json({ keys: [{ ...a.jwk, kid: 'a' }] });
    const keys = provider();
    await keys.findKey('a');
    nowMs += COOLDOWN_MS;
    const junk = await Promise.all(
      Array.from({ length: 10_000 }, async (_, index) => keys.findKey(`junk-${String(index)}`)),
    );
    expect(junk.every((key) => key === null)).toBe(true);
    expect(requests).toBe(2);
    answer = both;
    nowMs += COOLDOWN_MS;
    expect(await keys.findKey('b')).not.toBeNull();
    expect(requests).toBe(3);
  });

  it('drops a key that left it, within its maximum age', async () => {
    answer = both;
    const keys = provider();
    expect(await keys.findKey('a')).not.toBeNull();
    answer = onlyB;
    nowMs += MAX_AGE_MS;
    expect(await keys.findKey('a')).toBeNull();
    expect(await keys.findKey('b')).not.toBeNull();
  });
});

describe('an issuer that is down', () => {
  it('cold: cannot tell, and says when to ask again; recovers by itself', async () => {
    answer = down;
    const keys = provider();
    expect(await unavailable(keys.findKey('a'))).toBe(5);
    nowMs += 2_000;
    expect(await unavailable(keys.findKey('a'))).toBe(3);
    expect(requests).toBe(1);
    answer = both;
    nowMs += 3_000;
    expect(await keys.findKey('a')).not.toBeNull();
  });

  it('later: known keys go on working for a day, unknown ones cannot be told', async () => {
    answer = both;
    const keys = provider();
    await keys.findKey('a');
    answer = down;
    nowMs += MAX_AGE_MS + MAX_STALE_MS - 1;
    expect(await keys.findKey('a')).not.toBeNull();
    await unavailable(keys.findKey('junk'));
    nowMs += 1;
    await unavailable(keys.findKey('a'));
  });

  const nonsense: [string, Answer][] = [
    ['HTML', json('<html>', 200)],
    ['an empty set', json({ keys: [] })],
    ['keys that are no list', json({ keys: 'none' })],
    ['null', json('null')],
    ['only private keys', json({ keys: [{ ...a.privateJwk, kid: 'a' }] })],
    ['a symmetric key', json({ keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a' }] })],
    ['a point that is not on the curve', json({ keys: [{ ...a.jwk, y: a.jwk['x'], kid: 'a' }] })],
    ['a megabyte', json(`{"keys":[],"pad":"${'x'.repeat(1_000_000)}"}`)],
    [
      'a redirect',
      (response) => {
        response.writeHead(302, { location: '/elsewhere' }).end();
      },
    ],
    [
      'a connection that breaks',
      (response) => {
        response.destroy();
      },
    ],
  ];
  it.each(nonsense)('%s is no key set', async (_case, nonsenseAnswer) => {
    answer = nonsenseAnswer;
    await unavailable(provider().findKey('a'));
    expect(requests).toBe(1);
  });
});

describe('a key set with more in it than good keys', () => {
  it.each([
    ['null', null],
    ['an RSA key', { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'b' }],
    ['a key for encryption', { ...b.jwk, kid: 'b', use: 'enc' }],
    ['a key for signing only', { ...b.jwk, kid: 'b', key_ops: ['sign'] }],
    ['another algorithm', { ...b.jwk, kid: 'b', alg: 'ES384' }],
    ['a private key', { ...b.privateJwk, kid: 'b' }],
    ['a key without a kid', b.jwk],
  ])('skips %s and uses the rest', async (_case, entry) => {
    answer = json({ keys: [entry, { ...a.jwk, kid: 'a' }] });
    const keys = provider();
    expect(await keys.findKey('a')).not.toBeNull();
    expect(await keys.findKey('b')).toBeNull();
  });

  it('uses none of two different keys with one kid, and either of two that are the same', async () => {
    answer = json({
      keys: [
        { ...a.jwk, kid: 'twin' },
        { ...b.jwk, kid: 'twin' },
        { ...a.jwk, kid: 'same' },
        { ...a.jwk, kid: 'same' },
      ],
    });
    const keys = provider();
    expect(await keys.findKey('twin')).toBeNull();
    const same = await keys.findKey('same');
    expect(same?.equals(createPublicKey({ key: a.jwk, format: 'jwk' }))).toBe(true);
  });
});
