import { ConsoleLogger } from '@nestjs/common';

import { loadConfig } from '../../src/app/app.config.js';
import { startApp, type RunningApp } from '../../src/app/start-app.js';
import { findFreePorts } from '../app/free-ports.js';
import { FrontEnd } from '../app/front-end.js';
import { Visitor } from '../app/visitor.js';
import type { PrivateServer } from './private-server.js';
import { hasRedisProgram, startRedisServer } from './redis-server.js';

/** In which the other process has to know of a sign-out, and everybody hears of an outage or of its end. */
const BOUND_MS = 5_000;

jest.setTimeout(60_000);

(hasRedisProgram() ? describe : describe.skip)('the app on Redis', () => {
  let redis: PrivateServer;
  let apps: RunningApp[];
  let frontEnd: FrontEnd;
  /** The other process: as a balancer would have it, under the same public name. */
  let elsewhere: string;

  beforeAll(async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    jest.spyOn(ConsoleLogger.prototype, 'error').mockImplementation(() => undefined);
    jest.spyOn(ConsoleLogger.prototype, 'warn').mockImplementation(() => undefined);
    redis = await startRedisServer();
    const ports = await findFreePorts();
    const shared = { REDIS_URL: redis.url, COTTER_ENCRYPTION_KEYS: 'a key that both of the processes have' };
    const first = loadConfig({ ...ports, ...shared });
    const { PORT } = await findFreePorts();
    const second = loadConfig({
      ...shared,
      PORT,
      PUBLIC_URL: first.publicUrl,
      COTTER_API_URL: first.cotter.apiUrl,
      COTTER_JS_URL: first.cotter.jsUrl,
      COTTER_ISSUER: first.cotter.issuer,
    });
    apps = [await startApp(first), await startApp(second)];
    frontEnd = new FrontEnd(first);
    elsewhere = `http://localhost:${PORT}`;
  });

  afterAll(async () => {
    for (const app of apps) await app.close();
    await redis.destroy();
    jest.restoreAllMocks();
  });

  /** @returns how long it took until the answer had this status. */
  async function until(status: number, ask: () => Promise<Response>): Promise<number> {
    const startedAt = performance.now();
    while ((await ask()).status !== status) {
      if (performance.now() - startedAt > 2 * BOUND_MS) throw new Error(`never ${String(status)}`);
    }
    return performance.now() - startedAt;
  }

  it('knows a session in every process, and its end within the bound', async () => {
    const ann = new Visitor(frontEnd);
    await ann.signIn('ann@example.com');
    expect((await ann.call('GET', `${elsewhere}/me`)).status).toBe(200);
    const copy = ann.clone();
    expect((await ann.call('POST', '/logout')).status).toBe(204);
    expect((await copy.call('GET', '/me')).status).toBe(401);
    expect(await until(401, () => copy.call('GET', `${elsewhere}/me`))).toBeLessThan(BOUND_MS);
  });

  it('loses no session while Redis is gone, and comes to itself', async () => {
    const bob = new Visitor(frontEnd);
    await bob.signIn('bob@example.com');
    const { oauth_token: tokens } = await frontEnd.signIn('bob@example.com');
    await redis.stop();

    const startedAt = performance.now();
    expect((await bob.call('GET', `${elsewhere}/me`)).status).toBe(503);
    expect((await bob.call('GET', '/sessions')).status).toBe(503);
    expect((await frontEnd.post('/refresh', { refresh_token: tokens.refresh_token })).status).toBe(503);
    expect((await fetch(`${frontEnd.app}/health`)).status).toBe(503);
    expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
    expect((await frontEnd.me(tokens.access_token)).status).toBe(200);
    expect(bob.cookieNames).toContain('cotter-session');

    await redis.start();
    expect(await until(200, () => fetch(`${frontEnd.app}/health`))).toBeLessThan(BOUND_MS);
    await until(200, () => bob.call('GET', `${elsewhere}/me`));
    expect((await bob.call('GET', '/sessions')).status).toBe(200);
    expect((await frontEnd.post('/refresh', { refresh_token: tokens.refresh_token })).status).toBe(200);
  });

  it('keeps nobody waiting for longer than five seconds while Redis hangs', async () => {
    const kim = new Visitor(frontEnd);
    await kim.signIn('kim@example.com');
    redis.freeze();
    const startedAt = performance.now();
    expect((await kim.call('GET', `${elsewhere}/me`)).status).toBe(503);
    expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
    redis.thaw();
    await until(200, () => kim.call('GET', `${elsewhere}/me`));
  });
});
