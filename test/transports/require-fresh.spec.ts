import { Controller, Get, UseGuards } from '@nestjs/common';
import {
  AuthMethods,
  CotterAuthGuard,
  CotterModule,
  CurrentUser,
  RequireFresh,
  type CotterPrincipal,
} from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { platforms, send, startApplication, type Answer, type TestApplication } from '../e2e/platforms.js';

const NOW = Date.UTC(2026, 0, 1);

@UseGuards(CotterAuthGuard)
@RequireFresh('1h')
@Controller()
class VaultController {
  @Get('hour')
  hour(): string {
    return 'within the hour';
  }

  @RequireFresh('5m')
  @Get('minutes')
  minutes(@CurrentUser() principal: CotterPrincipal): string | null {
    return principal.authenticatedAt;
  }

  @RequireFresh(300)
  @AuthMethods('WEBAUTHN', 'TRUSTED_DEVICE')
  @Get('both')
  both(): string {
    return 'both';
  }
}

describe.each(platforms)('a route that wants a fresh sign-in, on %s', (platform) => {
  let keeping: CotterTestIssuer;
  let plain: CotterTestIssuer;
  let server: TestApplication;

  beforeAll(async () => {
    const clock = (): number => NOW;
    [keeping, plain] = await Promise.all([CotterTestIssuer.start({ clock }), CotterTestIssuer.start({ clock })]);
    server = await startApplication(platform, {
      imports: [
        CotterModule.forRoot({
          ...plain.moduleOptions,
          trust: [
            {
              issuer: keeping.url,
              jwksUri: `${keeping.url}/api/v0/token/jwks`,
              audience: keeping.apiKeyId,
              keepsAuthTime: true,
            },
          ],
          users: false,
        }),
      ],
      controllers: [VaultController],
    });
  });

  afterAll(async () => {
    await server.app.close();
    await Promise.all([keeping.close(), plain.close()]);
  });

  const get = (path: string, token: string): Promise<Answer> =>
    send(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } });

  const signedIn = (secondsAgo: number, issuer = keeping, authenticationMethod = 'OTP'): string =>
    issuer.token({ authenticationMethod, claims: { auth_time: NOW / 1000 - secondsAgo } });

  const STALE =
    'Bearer realm="cotter", error="insufficient_user_authentication", ' +
    'error_description="This resource needs a more recent sign-in.", max_age="300"';

  it('takes one, and tells when it was', async () => {
    const answer = await get('/minutes', signedIn(300));
    expect([answer.status, answer.body]).toEqual([200, new Date(NOW - 300_000).toISOString()]);
    expect((await get('/hour', signedIn(3_600))).status).toBe(200);
  });

  it('answers an older one with the challenge, which says how old it may be', async () => {
    const answer = await get('/minutes', signedIn(306));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(STALE);
    expect(answer.body).toMatchObject({ code: 'insufficient_user_authentication' });
    expect((await get('/hour', signedIn(306))).status).toBe(200);
  });

  it('allows for clocks that are off, and no further', async () => {
    expect((await get('/minutes', signedIn(305))).status).toBe(200);
    expect((await get('/minutes', signedIn(-5))).status).toBe(200);
    expect((await get('/minutes', signedIn(-6))).status).toBe(401);
  });

  it.each<[string, unknown]>([
    ['text', String(NOW / 1000)],
    ['nothing', undefined],
    ['null', null],
    ['a list', [NOW / 1000]],
    ['a boolean', true],
  ])('takes %s for no time at all', async (_case, auth_time) => {
    const answer = await get('/minutes', keeping.token({ claims: { auth_time } }));
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, STALE]);
  });

  it('believes no issuer that is not known to keep the time, and no iat at all', async () => {
    expect((await get('/minutes', signedIn(1, plain))).status).toBe(401);
    expect((await get('/minutes', plain.token())).status).toBe(401);
    expect((await get('/minutes', keeping.token())).status).toBe(401);
  });

  it('asks for all at once where it wants a method too', async () => {
    const challenge =
      /error="insufficient_user_authentication".*, acr_values="WEBAUTHN TRUSTED_DEVICE", max_age="300"$/;
    for (const token of [signedIn(1), signedIn(400, keeping, 'WEBAUTHN'), signedIn(400)]) {
      const answer = await get('/both', token);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(challenge);
    }
    expect((await get('/both', signedIn(1, keeping, 'WEBAUTHN'))).status).toBe(200);
  });
});

describe('@RequireFresh()', () => {
  it('refuses what is no duration where it is written', () => {
    expect(() => RequireFresh('5 minutes' as '5m')).toThrow(/^RequireFresh: must be a whole number of seconds/);
  });
});
