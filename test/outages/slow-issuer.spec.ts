import { JwksKeyProvider } from '../../src/tokens/jwks-key-provider.js';
import { ScriptedServer, type Script } from '../fixtures/scripted-server.js';

// A bomb takes a second to unpack, and several on a busy machine.
jest.setTimeout(30_000);

const DEADLINE_MS = 3_000;

/** Slow in three ways: silent, stuck in the middle, and dripping so that something arrives all the time. */
const slow: Script[] = [
  () => undefined,
  (response) => void response.writeHead(200).write('{"keys":['),
  (response) => {
    response.writeHead(200).write('{"keys":[');
    const dripping = setInterval(() => response.write(' '), 20);
    response.on('close', () => {
      clearInterval(dripping);
    });
  },
];

describe('an issuer that takes its time', () => {
  it('has three seconds for its whole answer; then it is an outage, and the connection is closed', async () => {
    const server = await ScriptedServer.start();
    const closed: Promise<unknown>[] = [];
    const startedAt = performance.now();
    const verdicts: Promise<unknown>[] = [];
    for (const script of slow) {
      const arrived = new Promise<void>((resolve) => {
        server.play((response, request) => {
          closed.push(new Promise((close) => response.on('close', close)));
          resolve();
          return script(response, request);
        });
      });
      verdicts.push(lookUp(server.url));
      await arrived;
    }
    expect(await Promise.all(verdicts)).toEqual(slow.map(() => expect.objectContaining({ code: 'keys_unavailable' })));
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(DEADLINE_MS - 100);
    expect(tookMs).toBeLessThan(DEADLINE_MS + 2_500);
    expect(await Promise.all(closed)).toHaveLength(slow.length);
    await server.close();
  }, 15_000);
});

function lookUp(url: string): Promise<unknown> {
  const keys = new JwksKeyProvider({ jwksUri: url, maxAgeSeconds: 600, maxStaleSeconds: 86_400, cooldownSeconds: 5 });
  return Promise.resolve(keys.findKey('kid')).catch((error: unknown) => error);
}
