import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { KeysUnavailableError } from '../errors/token.errors.js';
import { JwksKeyProvider, type JwksKeyProviderOptions } from './jwks-key-provider.js';

const COOLDOWN_MS = 5_000;
const MAX_AGE_MS = 600_000;
const MAX_STALE_MS = 86_400_000;

type Answer = (response: ServerResponse) => void;

// What else an issuer may answer, and how its keys age, is in test/outages.

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

function provider(listeners: Partial<JwksKeyProviderOptions> = {}): JwksKeyProvider {
  const { port } = server.address() as AddressInfo;
  return new JwksKeyProvider({
    jwksUri: `http://127.0.0.1:${String(port)}/jwks`,
    maxAgeSeconds: MAX_AGE_MS / 1000,
    maxStaleSeconds: MAX_STALE_MS / 1000,
    cooldownSeconds: COOLDOWN_MS / 1000,
    monotonicMs: () => nowMs,
    ...listeners,
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

/** Counts what arrives, for who waits for a certain number of it. */
function arrivals(): { arrive: () => void; reach: (count: number) => Promise<void> } {
  let arrived = 0;
  let tell = (): void => undefined;
  return {
    arrive: () => {
      arrived++;
      tell();
    },
    reach: (count) =>
      new Promise((resolve) => {
        tell = () => {
          if (arrived >= count) resolve();
        };
        tell();
      }),
  };
}

/** Whatever was started has had its turn: a request of one's own has come back from the same server. */
async function aTurn(): Promise<void> {
  const { port } = server.address() as AddressInfo;
  await (await fetch(`http://127.0.0.1:${String(port)}/turn`)).text();
  requests--;
}

describe('time', () => {
  it('has the set fetched again from four fifths of its age on, while known keys go on working', async () => {
    answer = both;
    const refreshed = arrivals();
    const keys = provider({ onRefreshed: refreshed.arrive });
    await keys.findKey('a');
    const [first, second] = [keys.peekKey('a'), keys.peekKey('b')];
    answer = onlyB;
    nowMs += MAX_AGE_MS * 0.8 - 1;
    for (let look = 0; look < 3; look++) expect(keys.peekKey('a')).toBe(first);
    await aTurn();
    expect(requests).toBe(1);
    nowMs += 1;
    for (let look = 0; look < 3; look++) expect(keys.peekKey('a')).toBe(first);
    await refreshed.reach(2);
    expect(requests).toBe(2);
    expect(keys.peekKey('a')).toBeUndefined();
    // Verified tokens rest on the object.
    expect(keys.peekKey('b')).toBe(second);
  });

  it('has a cooldown that ends to the millisecond, and a waiting time of a second at least', async () => {
    answer = down;
    const keys = provider();
    await unavailable(keys.findKey('a'));
    nowMs += COOLDOWN_MS - 1;
    expect(await unavailable(keys.findKey('a'))).toBe(1);
    expect(requests).toBe(1);
    nowMs += 1;
    expect(await unavailable(keys.findKey('a'))).toBe(5);
    expect(requests).toBe(2);
  });

  it('makes keys too old where the issuer was not asked, to the millisecond', async () => {
    answer = both;
    const keys = provider();
    await keys.findKey('a');
    const key = keys.peekKey('a');
    answer = down;
    nowMs += MAX_AGE_MS - 1;
    expect(keys.peekKey('a')).toBe(key);
    await unavailable(keys.findKey('unknown'));
    nowMs += 1;
    expect(keys.peekKey('a')).toBe(key);
    answer = json({ keys: [{ ...b.jwk, kid: 'a' }] });
    nowMs += COOLDOWN_MS;
    expect((await keys.findKey('a'))?.equals(a.publicKey)).toBe(true);
    // That was the stale set, while a new one was fetched; in it, another key has the kid.
    await keys.findKey('unknown');
    expect(keys.peekKey('a')?.equals(b.publicKey)).toBe(true);
  });

  it('is that of the machine where no other is given', async () => {
    answer = both;
    const { port } = server.address() as AddressInfo;
    const keys = new JwksKeyProvider({
      jwksUri: `http://127.0.0.1:${String(port)}/jwks`,
      maxAgeSeconds: 600,
      maxStaleSeconds: 600,
      cooldownSeconds: 5,
    });
    expect(await keys.findKey('a')).not.toBeNull();
    expect(await keys.findKey('unknown')).toBeNull();
    expect(requests).toBe(1);
    answer = down;
  });
});

describe('who listens', () => {
  it('hears of every set by its kids, and of every failure by what failed', async () => {
    const heard: unknown[] = [];
    const keys = provider({
      onRefreshed: (kids) => heard.push(kids),
      onUnavailable: (error) => heard.push(error.message),
    });
    answer = both;
    await keys.findKey('a');
    answer = down;
    nowMs += MAX_AGE_MS;
    const error: unknown = await Promise.resolve(keys.findKey('unknown')).catch((reason: unknown) => reason);
    expect(heard).toEqual([['a', 'b'], 'the key set was answered with status 503']);
    expect((error as Error).cause).toMatchObject({ message: 'the key set was answered with status 503' });
  });
});
