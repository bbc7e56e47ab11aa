import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { KeysUnavailableError } from '../../src/errors/token.errors.js';
import { JwksKeyProvider } from '../../src/tokens/jwks-key-provider.js';
import { json, ScriptedServer, type Script } from '../fixtures/scripted-server.js';
import { createIssuerKey } from './issuer-key.js';
import { ELSEWHERE, misbehaviours, oddities } from './misbehaviours.js';

// A bomb takes a second to unpack, and several on a busy machine.
jest.setTimeout(30_000);

const MAX_AGE_SECONDS = 600;
const MAX_STALE_SECONDS = 86_400;
const COOLDOWN_SECONDS = 5;

const first = createIssuerKey('first');
const second = createIssuerKey('second');
const healthy = json(200, { keys: [first.published] });
const rotated = json(200, { keys: [second.published, first.published] });

let server: ScriptedServer;
let nowSeconds = 1_000;

beforeAll(async () => {
  server = await ScriptedServer.start();
});

afterAll(() => server.close());

function createProvider(listeners: Pick<Events, 'onRefreshed' | 'onUnavailable'> = {}): JwksKeyProvider {
  return new JwksKeyProvider({
    jwksUri: `${server.url}/jwks`,
    maxAgeSeconds: MAX_AGE_SECONDS,
    maxStaleSeconds: MAX_STALE_SECONDS,
    cooldownSeconds: COOLDOWN_SECONDS,
    monotonicMs: () => nowSeconds * 1000,
    ...listeners,
  });
}
type Events = ConstructorParameters<typeof JwksKeyProvider>[0];

/** `found`, `unknown`, or `unavailable`, which is the 503. */
async function lookUp(keys: JwksKeyProvider, kid: string): Promise<string> {
  try {
    return (await keys.findKey(kid)) === null ? 'unknown' : 'found';
  } catch (error) {
    if (!(error instanceof KeysUnavailableError)) throw error;
    expect(error.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(COOLDOWN_SECONDS);
    return 'unavailable';
  }
}

/** A provider that has the first key. */
async function createWarmProvider(): Promise<JwksKeyProvider> {
  server.play(healthy);
  const keys = createProvider();
  expect(await lookUp(keys, 'first')).toBe('found');
  server.play(healthy);
  return keys;
}

/** Answers held back until they are let go. */
function held(script: Script): { script: Script; release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  return {
    script: async (response, request) => {
      await released;
      await script(response, request);
    },
    release,
  };
}

describe.each(Object.entries(misbehaviours))('an issuer that answers with %s', (_name, misbehave) => {
  it('is an outage: at boot, for keys that are known, and for those that are not; and then it recovers', async () => {
    const failures: Error[] = [];
    server.play(misbehave(first));
    const cold = createProvider({ onUnavailable: (error) => failures.push(error) });
    expect(await lookUp(cold, 'first')).toBe('unavailable');
    expect(server.requests).toHaveLength(1);
    expect(failures).toHaveLength(1);

    const warm = await createWarmProvider();
    server.play(misbehave(first));
    nowSeconds += MAX_AGE_SECONDS;
    expect(await lookUp(warm, 'first')).toBe('found');
    expect(await lookUp(warm, 'second')).toBe('unavailable');
    expect(server.requests.map(({ url }) => url)).not.toContain(ELSEWHERE);
    expect(server.requests).toHaveLength(1);

    server.play(rotated);
    nowSeconds += COOLDOWN_SECONDS;
    for (const keys of [cold, warm]) {
      expect(await lookUp(keys, 'second')).toBe('found');
      expect(await lookUp(keys, 'third')).toBe('unknown');
    }
  });
});

describe.each(Object.entries(oddities))('an issuer that answers with %s', (_name, answer) => {
  it('is healthy', async () => {
    server.play(answer(first));
    const keys = createProvider();
    expect(await lookUp(keys, 'first')).toBe('found');
    for (const kid of ['rsa', 'p384', 'p384-as-p256', 'off-curve', 'secret', '7'])
      expect(await lookUp(keys, kid)).toBe('unknown');
  });
});

describe('an issuer that takes its time', () => {
  it('keeps nobody waiting whose key is known: the set is fetched ahead of its expiry, behind their backs', async () => {
    const keys = await createWarmProvider();
    const { script, release } = held(rotated);
    server.play(script);
    nowSeconds += MAX_AGE_SECONDS * 0.8 - 0.001;
    expect(keys.findKey('first')).not.toBeInstanceOf(Promise);
    nowSeconds += 0.001;
    for (let request = 0; request < 1_000; request++) expect(keys.findKey('first')).not.toBeInstanceOf(Promise);
    // The one who asks for what is new waits for the fetch that is under way, and starts none.
    const waiting = lookUp(keys, 'second');
    expect(keys.peekKey('second')).toBeUndefined();
    release();
    expect(await waiting).toBe('found');
    expect(server.requests).toHaveLength(1);
    nowSeconds += MAX_AGE_SECONDS * 0.8 - 0.001;
    expect(keys.peekKey('first')).toBeDefined();
    expect(server.requests).toHaveLength(1);
  });

  it('is asked once a cooldown while it fails, however much traffic there is', async () => {
    const keys = await createWarmProvider();
    server.play(json(500, {}));
    nowSeconds += MAX_AGE_SECONDS * 0.9;
    for (let second = 0; second < 60; second++) {
      for (let request = 0; request < 20; request++) keys.peekKey('first');
      await lookUp(keys, 'second');
      nowSeconds += 1;
    }
    expect(server.requests).toHaveLength(60 / COOLDOWN_SECONDS);
  });
});

describe('a flood of made-up kids', () => {
  it('costs one fetch a cooldown, and locks nobody out whose key was just rotated in', async () => {
    const keys = await createWarmProvider();
    server.play(healthy);
    for (let second = 0; second < 2 * COOLDOWN_SECONDS; second++) {
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => lookUp(keys, `junk-${String(index)}`)));
      nowSeconds += 1;
    }
    // One in each cooldown; the first one only after that of the fetch before.
    expect(server.requests).toHaveLength(1);
    server.play(rotated);
    const verdicts: string[] = [];
    for (let second = 0; second < COOLDOWN_SECONDS; second++) {
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => lookUp(keys, `junk-${String(index)}`)));
      verdicts.push(await lookUp(keys, 'second'));
      nowSeconds += 1;
    }
    expect(verdicts).toContain('found');
    expect(verdicts.at(-1)).toBe('found');
    expect(server.requests).toHaveLength(1);
  });

  it('leaves nothing behind', async () => {
    const keys = await createWarmProvider();
    nowSeconds += COOLDOWN_SECONDS;
    const collect = exposeCollector();
    const flood = async (): Promise<number> => {
      for (let index = 0; index < 50_000; index++) await keys.findKey(`${String(index)}${'x'.repeat(1_000)}`);
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await flood();
    // Remembered, they would take 50 MB.
    expect((await flood()) - before).toBeLessThan(10_000_000);
  }, 30_000);
});

describe('keys that get old', () => {
  it('work for a day without the issuer, and not a moment longer', async () => {
    const keys = await createWarmProvider();
    server.play(json(503, {}));
    nowSeconds += MAX_AGE_SECONDS + MAX_STALE_SECONDS - 0.001;
    expect(await lookUp(keys, 'first')).toBe('found');
    nowSeconds += 0.001;
    expect(keys.peekKey('first')).toBeUndefined();
    expect(await lookUp(keys, 'first')).toBe('unavailable');
    server.play(healthy);
    nowSeconds += COOLDOWN_SECONDS;
    expect(await lookUp(keys, 'first')).toBe('found');
  });

  it('are not trusted beyond their age before the issuer was asked', async () => {
    const keys = await createWarmProvider();
    server.play(json(200, { keys: [second.published] }));
    nowSeconds += MAX_AGE_SECONDS;
    expect(keys.peekKey('first')).toBeUndefined();
    expect(await lookUp(keys, 'first')).toBe('unknown');
  });

  it('are gone within their age once the issuer withdrew them, also if somebody uses them all the time', async () => {
    const keys = await createWarmProvider();
    server.play(json(200, { keys: [second.published] }));
    const found: boolean[] = [];
    for (let second = 0; second <= MAX_AGE_SECONDS; second++) {
      found.push(keys.peekKey('first') !== undefined);
      nowSeconds += 1;
      // Whatever fetch is under way comes in.
      if (server.requests.length > 0) await lookUp(keys, 'second');
    }
    expect(found.at(0)).toBe(true);
    expect(found.at(-1)).toBe(false);
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });

  it('are the same objects as long as they are published, and new ones where they changed', async () => {
    const keys = await createWarmProvider();
    const key = keys.peekKey('first');
    server.play(rotated);
    nowSeconds += MAX_AGE_SECONDS;
    expect(await keys.findKey('first')).toBe(key);
    server.play(json(200, { keys: [{ ...second.published, kid: 'first' }] }));
    nowSeconds += MAX_AGE_SECONDS;
    const replaced = await keys.findKey('first');
    expect(replaced).not.toBe(key);
    expect(replaced?.equals(second.publicKey)).toBe(true);
  });
});

function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
