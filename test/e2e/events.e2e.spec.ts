import { Controller, Get, UseGuards } from '@nestjs/common';
import { CotterAuthGuard, CotterModule, type CotterForRootOptions } from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { send, startApplication, type TestApplication } from './platforms.js';

@UseGuards(CotterAuthGuard)
@Controller('guarded')
class GuardedController {
  @Get()
  guarded(): string {
    return 'guarded';
  }
}

function start(options: CotterForRootOptions): Promise<TestApplication> {
  const imports = [CotterModule.forRoot({ ...options, users: false })];
  return startApplication('express', { imports, controllers: [GuardedController] });
}

async function statusOf({ url }: TestApplication, token: string): Promise<number> {
  return (await send(`${url}/guarded`, { headers: { authorization: `Bearer ${token}` } })).status;
}

describe('the move from one issuer to another', () => {
  it('needs no downtime: both are trusted, each by its own keys', async () => {
    const [old, next] = await Promise.all([CotterTestIssuer.start(), CotterTestIssuer.start()]);
    const server = await start({
      ...old.moduleOptions,
      trust: [{ issuer: next.url, jwksUri: `${next.url}/api/v0/token/jwks`, audience: next.apiKeyId }],
    });
    expect(await statusOf(server, old.token())).toBe(200);
    expect(await statusOf(server, next.token())).toBe(200);
    expect(await statusOf(server, next.token({ issuer: old.url, audience: old.apiKeyId }))).toBe(401);
    expect(await statusOf(server, old.token({ issuer: next.url, audience: next.apiKeyId }))).toBe(401);
    expect(await statusOf(server, next.token({ audience: old.apiKeyId }))).toBe(401);
    await server.app.close();
    await Promise.all([old.close(), next.close()]);
  });
});

describe('keys that were handed over', () => {
  it('verify without any way to the issuer', async () => {
    const issuer = await CotterTestIssuer.start();
    const keys = (await (await fetch(`${issuer.url}/api/v0/token/jwks`)).json()) as { keys: object[] };
    const [good, stranger] = [
      issuer.token(),
      (await CotterTestIssuer.start({ apiKeyId: issuer.apiKeyId })).token({ issuer: issuer.url }),
    ];
    const server = await start({ ...issuer.moduleOptions, jwks: { keys } });
    await issuer.close();
    expect([await statusOf(server, good), await statusOf(server, stranger)]).toEqual([200, 401]);
    await server.app.close();
  });
});

describe('a rotation of keys', () => {
  it('is followed at the first token of the new key, and a token falls with its key', async () => {
    let nowMs = Date.now();
    const issuer = await CotterTestIssuer.start({ clock: () => nowMs });
    const server = await start({ ...issuer.moduleOptions, jwks: { cooldownSeconds: 1, maxAgeSeconds: 10 } });
    const before = issuer.token();
    expect(await statusOf(server, before)).toBe(200);
    const monotonic = jest.spyOn(performance, 'now');
    let elapsedMs = performance.now();
    monotonic.mockImplementation(() => elapsedMs);
    elapsedMs += 1_000;
    nowMs += 1_000;
    issuer.rotateKeys({ withdraw: true });
    expect(await statusOf(server, issuer.token())).toBe(200);
    expect(await statusOf(server, before)).toBe(401);
    monotonic.mockRestore();
    await server.app.close();
    await issuer.close();
  });
});

describe('listeners', () => {
  it('hear of refused tokens and of keys, and harm nothing by failing', async () => {
    const issuer = await CotterTestIssuer.start();
    const heard: string[] = [];
    const server = await start({
      ...issuer.moduleOptions,
      events: {
        onKeysRefreshed: ({ kids }) => heard.push(`refreshed ${String(kids.length)}`),
        onKeysUnavailable: ({ jwksUri }) => heard.push(`unavailable ${jwksUri.replace(issuer.url, '')}`),
        onTokenRejected({ code }) {
          heard.push(code);
          throw new Error('a listener that fails');
        },
      },
    });
    issuer.goDown();
    expect(await statusOf(server, issuer.token())).toBe(503);
    expect(await statusOf(server, issuer.token({ issuer: 'x' }))).toBe(401);
    expect(heard).toEqual(['unavailable /api/v0/token/jwks', 'invalid_issuer']);
    await server.app.close();
    issuer.comeBack();
    const healthy = await start({
      ...issuer.moduleOptions,
      events: { onKeysRefreshed: ({ kids }) => heard.push(...kids) },
    });
    expect(await statusOf(healthy, issuer.token())).toBe(200);
    expect(heard.at(-1)).toMatch(/^SPACE_JWT_PUBLIC:/);
    await healthy.app.close();
    await issuer.close();
  });
});
