import { Controller, Get, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AuthMethods,
  CotterAuthGuard,
  CotterModule,
  CurrentUser,
  OptionalAuth,
  Public,
  Scopes,
  type CotterPrincipal,
} from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { platforms, send, startApplication, type Answer, type TestApplication } from '../e2e/platforms.js';

const nameOf = (principal?: CotterPrincipal): string => principal?.subject ?? 'nobody';

@Controller('guarded')
class GuardedController {
  @Get()
  guarded(@CurrentUser() principal?: CotterPrincipal): string {
    return nameOf(principal);
  }

  @OptionalAuth()
  @Get('optional')
  optional(@CurrentUser() principal?: CotterPrincipal): string {
    return nameOf(principal);
  }

  @OptionalAuth()
  @Scopes('admin')
  @AuthMethods('WEBAUTHN')
  @Get('strict')
  strict(@CurrentUser() principal?: CotterPrincipal): string {
    return nameOf(principal);
  }

  @Public()
  @OptionalAuth()
  @Get('both')
  both(@CurrentUser() principal?: CotterPrincipal): string {
    return nameOf(principal);
  }

  @Public('cotter')
  @OptionalAuth('partners')
  @UseGuards(CotterAuthGuard.for('partners'))
  @Get('partners')
  partners(@CurrentUser() principal?: CotterPrincipal): string {
    return nameOf(principal);
  }

  @OptionalAuth('partners')
  @Get('elsewhere')
  elsewhere(@CurrentUser() principal?: CotterPrincipal): string {
    return nameOf(principal);
  }
}

@OptionalAuth()
@Controller('optional')
class OptionalController {
  @Get()
  optional(@CurrentUser() principal?: CotterPrincipal): string {
    return nameOf(principal);
  }

  @Public()
  @Get('public')
  open(@CurrentUser() principal?: CotterPrincipal): string {
    return nameOf(principal);
  }
}

@Public()
@Controller('public')
class PublicController {
  @OptionalAuth()
  @Get('optional')
  optional(@CurrentUser() principal?: CotterPrincipal): string {
    return nameOf(principal);
  }
}

describe.each(platforms)('optional authentication on %s', (platform) => {
  let issuer: CotterTestIssuer;
  let partners: CotterTestIssuer;
  let silent: CotterTestIssuer;
  let server: TestApplication;

  beforeAll(async () => {
    [issuer, partners, silent] = await Promise.all([
      CotterTestIssuer.start(),
      CotterTestIssuer.start(),
      CotterTestIssuer.start(),
    ]);
    silent.goDown();
    server = await startApplication(platform, {
      imports: [
        CotterModule.forRoot({
          ...issuer.moduleOptions,
          trust: [{ issuer: silent.url, jwksUri: `${silent.url}/api/v0/token/jwks`, audience: silent.apiKeyId }],
          users: false,
        }),
        CotterModule.forRoot({ ...partners.moduleOptions, name: 'partners', path: 'p', users: false }),
      ],
      controllers: [GuardedController, OptionalController, PublicController],
      providers: [{ provide: APP_GUARD, useClass: CotterAuthGuard }],
    });
  });

  afterAll(async () => {
    await server.app.close();
    await Promise.all([issuer.close(), partners.close(), silent.close()]);
  });

  const get = (path: string, authorization?: string): Promise<Answer> =>
    send(`${server.url}/${path}`, authorization === undefined ? {} : { headers: { authorization } });

  const ann = (): string => `Bearer ${issuer.token({ subject: 'ann' })}`;

  it.each(['guarded/optional', 'optional', 'public/optional'])(
    'lets anybody into %s, by name if they have one',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 200, body: 'nobody' });
      expect(await get(path, 'Basic YTpi')).toMatchObject({ status: 200, body: 'nobody' });
      expect(await get(path, ann())).toMatchObject({ status: 200, body: 'ann' });
    },
  );

  it('refuses a bad credential, so that the client notices', async () => {
    const expired = `Bearer ${issuer.token({ expiresInSeconds: -60 })}`;
    expect(await get('guarded/optional', expired)).toMatchObject({ status: 401, body: { code: 'token_expired' } });
    expect(await get('guarded/optional', 'Bearer')).toMatchObject({ status: 401, body: { code: 'malformed_token' } });
    expect(await get('guarded/optional', 'Bearer junk')).toMatchObject({ status: 401 });
  });

  it('answers 503 where nothing can be told', async () => {
    const undecided = await get('guarded/optional', `Bearer ${silent.token()}`);
    expect(undecided).toMatchObject({ status: 503, body: { code: 'keys_unavailable' } });
    expect(undecided.headers.get('retry-after')).toBe('5');
  });

  it('holds whoever sends a credential to what the route asks for', async () => {
    expect(await get('guarded/strict')).toMatchObject({ status: 200, body: 'nobody' });
    expect(await get('guarded/strict', ann())).toMatchObject({ status: 403 });
    const admin = `Bearer ${issuer.token({ claims: { scope: 'admin' } })}`;
    expect(await get('guarded/strict', admin)).toMatchObject({ status: 401 });
  });

  it('gives way to @Public() beside it or nearer, which looks at nothing', async () => {
    for (const path of ['guarded/both', 'optional/public']) {
      expect(await get(path, ann())).toMatchObject({ status: 200, body: 'nobody' });
      expect(await get(path, 'Bearer junk')).toMatchObject({ status: 200, body: 'nobody' });
    }
  });

  it('may be for the guards of one module', async () => {
    expect(await get('guarded/partners')).toMatchObject({ status: 200, body: 'nobody' });
    expect(await get('guarded/partners', `Bearer ${partners.token({ subject: 'pat' })}`)).toMatchObject({
      body: 'pat',
    });
    expect(await get('guarded/partners', ann())).toMatchObject({ status: 401 });
    expect(await get('guarded/elsewhere')).toMatchObject({ status: 401 });
  });

  it('leaves other routes as they are', async () => {
    expect(await get('guarded')).toMatchObject({ status: 401, body: { code: 'missing_credentials' } });
  });
});
