import { Controller, Get, UseGuards } from '@nestjs/common';
import { CotterAuthGuard, CotterModule, CurrentUser, type CotterForRootOptions } from 'nestjs-cotter';

import { inMemory } from '../e2e/login-database.js';
import {
  platforms,
  send,
  startApplication,
  type Answer,
  type Platform,
  type TestApplication,
} from '../e2e/platforms.js';
import { json, ScriptedServer } from '../fixtures/scripted-server.js';
import { createIssuerKey } from './issuer-key.js';
import { misbehaviours } from './misbehaviours.js';

// A bomb takes a second to unpack, and several on a busy machine.
jest.setTimeout(30_000);

const AUDIENCE = 'audience';

@UseGuards(CotterAuthGuard)
@Controller('me')
class MeController {
  @Get()
  me(@CurrentUser('subject') subject: string): { subject: string } {
    return { subject };
  }
}

let server: ScriptedServer;
let other: ScriptedServer;
let passedMs = 0;

beforeAll(async () => {
  [server, other] = await Promise.all([ScriptedServer.start(), ScriptedServer.start()]);
  // What the key provider goes by, so that hours can pass within a test.
  const now = performance.now.bind(performance);
  jest.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
});

afterAll(async () => {
  jest.restoreAllMocks();
  await Promise.all([server.close(), other.close()]);
});

function start(platform: Platform, options: Partial<CotterForRootOptions> = {}): Promise<TestApplication> {
  return startApplication(platform, {
    imports: [
      inMemory().module(),
      CotterModule.forRoot({
        apiKeyId: AUDIENCE,
        issuer: server.url,
        apiUrl: server.url,
        jwksUri: `${server.url}/jwks`,
        ...options,
      }),
    ],
    controllers: [MeController],
  });
}

const get = ({ url }: TestApplication, token: string): Promise<Answer> =>
  send(`${url}/me`, { headers: { authorization: `Bearer ${token}` } });
const login = ({ url }: TestApplication, token: string): Promise<Answer> =>
  send(`${url}/login`, { json: { oauth_token: { access_token: token } } });

function expectOutage(answer: Answer): void {
  expect([answer.status, answer.body]).toEqual([
    503,
    expect.objectContaining({ status: 503, code: 'keys_unavailable' }) as object,
  ]);
  expect(answer.headers.get('retry-after')).toMatch(/^[1-5]$/);
  // A challenge would have the client throw its session away.
  expect(answer.headers.get('www-authenticate')).toBeNull();
  expect(JSON.stringify(answer.body)).not.toContain('127.0.0.1');
}

describe.each(platforms)('on %s, an issuer', (platform) => {
  const key = createIssuerKey('key');
  const next = createIssuerKey('next');

  it('that is down at boot is no reason not to boot, nor to call any token bad; and it may come up later', async () => {
    const gone = await ScriptedServer.start();
    const { url } = gone;
    const port = Number(new URL(url).port);
    await gone.close();
    const application = await start(platform, { issuer: url, jwksUri: `${url}/jwks` });
    const token = key.token(url, AUDIENCE);
    expectOutage(await get(application, token));
    expectOutage(await login(application, token));
    const back = await ScriptedServer.start(port);
    back.play(json(200, { keys: [key.published] }));
    passedMs += 5_000;
    expect((await get(application, token)).status).toBe(200);
    expect((await login(application, token)).status).toBe(201);
    await application.app.close();
    await back.close();
  });

  it('that misbehaves is an outage at both doors, whatever it does', async () => {
    const token = key.token(server.url, AUDIENCE);
    const application = await start(platform);
    for (const misbehave of Object.values(misbehaviours)) {
      server.play(misbehave(key));
      passedMs += 5_000;
      expectOutage(await get(application, token));
      expectOutage(await login(application, token));
      expect(server.requests).toHaveLength(1);
    }
    await application.app.close();
  });

  it('that goes down takes nobody with it for a day; then nothing can be told any more, until it is back', async () => {
    server.play(json(200, { keys: [key.published] }));
    const lifetimeSeconds = 7 * 86_400;
    const [known, unseen, rotated] = [
      key.token(server.url, AUDIENCE, lifetimeSeconds),
      key.token(server.url, AUDIENCE, lifetimeSeconds + 1),
      next.token(server.url, AUDIENCE, lifetimeSeconds),
    ];
    const application = await start(platform);
    expect((await get(application, known)).status).toBe(200);
    server.play(json(500, {}));
    passedMs += 600_000;
    for (let hours = 0; hours < 24; hours++) {
      expect((await get(application, known)).status).toBe(200);
      passedMs += 3_600_000 - 1_000;
    }
    expect((await get(application, unseen)).status).toBe(200);
    expect((await login(application, unseen)).status).toBe(201);
    expectOutage(await get(application, rotated));
    passedMs += 60_000;
    for (const token of [known, unseen, rotated]) expectOutage(await get(application, token));
    expectOutage(await login(application, known));
    server.play(json(200, { keys: [next.published] }));
    passedMs += 5_000;
    expect((await get(application, rotated)).status).toBe(200);
    // The old key was withdrawn meanwhile; now that is known.
    expect(await get(application, known)).toMatchObject({ status: 401, body: { code: 'unknown_key' } });
    await application.app.close();
  });

  it('that is one of two fails for its own people only, and never speaks for those of the other', async () => {
    const [ours, theirs] = [createIssuerKey('shared-kid'), createIssuerKey('shared-kid')];
    const application = await start(platform, {
      trust: [{ issuer: other.url, audience: AUDIENCE, jwksUri: `${other.url}/jwks` }],
    });
    server.play(json(200, { keys: [ours.published] }));
    other.play(json(500, {}));
    expect((await get(application, ours.token(server.url, AUDIENCE))).status).toBe(200);
    expectOutage(await get(application, theirs.token(other.url, AUDIENCE)));
    // Not even while the other one has no key that could say so.
    expectOutage(await get(application, ours.token(other.url, AUDIENCE)));
    other.play(json(200, { keys: [theirs.published] }));
    passedMs += 5_000;
    expect((await get(application, theirs.token(other.url, AUDIENCE))).status).toBe(200);
    for (const forged of [ours.token(other.url, AUDIENCE), theirs.token(server.url, AUDIENCE)]) {
      expect(await get(application, forged)).toMatchObject({ status: 401, body: { code: 'invalid_signature' } });
      expect(await login(application, forged)).toMatchObject({ status: 403, body: { code: 'invalid_signature' } });
    }
    server.play(json(500, {}));
    passedMs += 2 * 86_400_000;
    expectOutage(await get(application, ours.token(server.url, AUDIENCE)));
    expect((await get(application, theirs.token(other.url, AUDIENCE))).status).toBe(200);
    await application.app.close();
  });
});
