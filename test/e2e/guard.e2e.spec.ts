import { request as httpRequest } from 'node:http';

import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import {
  AuthMethods,
  CotterAuthGuard,
  CotterModule,
  CurrentUser,
  Public,
  Scopes,
  type CotterPrincipal,
} from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { platforms, send, startApplication, type Answer, type TestApplication } from './platforms.js';

@Controller()
class RoutesController {
  @Public()
  @Get('open')
  open(): string {
    return 'open';
  }

  @Get('me')
  me(@CurrentUser() principal: CotterPrincipal): CotterPrincipal {
    return principal;
  }

  @Get('subject')
  subject(@CurrentUser('subject') subject: string): { subject: string } {
    return { subject };
  }

  @Scopes('access')
  @Get('scoped')
  scoped(): string {
    return 'scoped';
  }

  @Scopes('access', 'admin')
  @Get('admin')
  admin(): string {
    return 'admin';
  }

  @AuthMethods('WEBAUTHN', 'TRUSTED_DEVICE')
  @Get('strong')
  strong(): string {
    return 'strong';
  }

  @Get('mutate')
  mutate(@CurrentUser() principal: CotterPrincipal): string {
    (principal as { subject: string }).subject = 'admin';
    return 'unreachable';
  }

  @Public('cotter')
  @UseGuards(CotterAuthGuard.for('partners'))
  @Get('partners')
  partners(@CurrentUser() principal: CotterPrincipal): CotterPrincipal {
    return principal;
  }

  @Public()
  @UseGuards(AuthGuard(['nobody', 'cotter']))
  @Get('either')
  either(@CurrentUser('subject') subject: string): { subject: string } {
    return { subject };
  }

  @Public()
  @Get('broken')
  broken(): never {
    throw new TypeError('an error of the host');
  }
}

describe.each(platforms)('a guarded route on %s', (platform) => {
  let issuer: CotterTestIssuer;
  let partners: CotterTestIssuer;
  let server: TestApplication;

  beforeAll(async () => {
    [issuer, partners] = await Promise.all([CotterTestIssuer.start(), CotterTestIssuer.start()]);

    @Module({
      imports: [CotterModule.forRoot({ ...partners.moduleOptions, name: 'partners', path: 'partners', users: false })],
      controllers: [RoutesController],
    })
    class RoutesModule {}

    server = await startApplication(platform, {
      imports: [CotterModule.forRoot({ ...issuer.moduleOptions, users: false }), RoutesModule],
      providers: [{ provide: APP_GUARD, useClass: CotterAuthGuard }],
    });
  });

  afterAll(async () => {
    await server.app.close();
    await Promise.all([issuer.close(), partners.close()]);
  });

  const get = (path: string, token?: string): Promise<Answer> =>
    send(`${server.url}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

  function expectRefusal(answer: Answer, status: number, code: string, challenge: RegExp | null): void {
    expect(answer.body).toEqual({
      type: `urn:nestjs-cotter:error:${code}`,
      title: expect.any(String) as string,
      status,
      detail: expect.any(String) as string,
      code,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    if (challenge === null) expect(answer.headers.get('www-authenticate')).toBeNull();
    else expect(answer.headers.get('www-authenticate')).toMatch(challenge);
  }

  it('hands the principal of a good token to its handler', async () => {
    const answer = await get('/me', issuer.token({ subject: 's1', identifier: 'ann@example.com' }));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      subject: 's1',
      identifier: 'ann@example.com',
      identifierType: 'EMAIL',
      authenticationMethod: 'OTP',
      scopes: ['access'],
      issuer: issuer.url,
      audience: issuer.apiKeyId,
      claims: { type: 'client_access_token' },
    });
  });

  it('hands one member of it where one is asked for', async () => {
    expect((await get('/subject', issuer.token({ subject: 's1' }))).body).toEqual({ subject: 's1' });
  });

  it('takes the scheme in any case', async () => {
    const answer = await send(`${server.url}/me`, { headers: { authorization: `bEARER ${issuer.token()}` } });
    expect(answer.status).toBe(200);
  });

  it('is open where it is public, whatever the credential', async () => {
    expect((await get('/open')).status).toBe(200);
    expect((await get('/open', 'junk')).status).toBe(200);
  });

  it('answers a request without a credential with a bare challenge', async () => {
    expectRefusal(await get('/me'), 401, 'missing_credentials', /^Bearer realm="cotter"$/);
    const basic = await send(`${server.url}/me`, { headers: { authorization: 'Basic YTpi' } });
    expectRefusal(basic, 401, 'missing_credentials', /^Bearer realm="cotter"$/);
  });

  it('reads no token from the query', async () => {
    expectRefusal(
      await get(`/me?access_token=${issuer.token()}`),
      401,
      'missing_credentials',
      /^Bearer realm="cotter"$/,
    );
  });

  const refused: [string, () => string, string][] = [
    ['expired', () => issuer.token({ expiresInSeconds: -60 }), 'token_expired'],
    ['of another audience', () => issuer.token({ audience: 'another' }), 'invalid_audience'],
    ['of another issuer', () => issuer.token({ issuer: 'https://evil.example' }), 'invalid_issuer'],
    ['of another issuer, for its own audience', () => partners.token(), 'invalid_issuer'],
    ['with a forged issuer', () => partners.token({ issuer: issuer.url, audience: issuer.apiKeyId }), 'unknown_key'],
    ['that is an ID token', () => issuer.idToken(), 'invalid_token_type'],
    ['without a subject', () => issuer.token({ claims: { sub: undefined } }), 'invalid_subject'],
    ['with another payload', () => tamper(issuer.token()), 'invalid_signature'],
    ['with alg none', () => issuer.token({ header: { alg: 'none' } }), 'unsupported_algorithm'],
    ['that is not one', () => 'junk', 'malformed_token'],
    ['of two words', () => `${issuer.token()} ${issuer.token()}`, 'malformed_token'],
  ];
  it.each(refused)('refuses a token %s', async (_case, token, code) => {
    expectRefusal(
      await get('/me', token()),
      401,
      code,
      /^Bearer realm="cotter", error="invalid_token", error_description="[^"\\]+"$/,
    );
  });

  it('refuses two Authorization fields, which fetch cannot even send', async () => {
    const token = issuer.token();
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(`${server.url}/me`, (response) => {
        response.resume();
        resolve([response.statusCode, response.headers['www-authenticate']]);
      });
      request.on('error', reject);
      request.setHeader('Authorization', [`Bearer ${token}`, `Bearer ${token}`]);
      request.end();
    });
    expect(status).toEqual([400, expect.stringContaining('error="invalid_request"')]);
  });

  it('asks for the scopes that it needs', async () => {
    expect((await get('/scoped', issuer.token())).status).toBe(200);
    const answer = await get('/admin', issuer.token());
    expectRefusal(answer, 403, 'insufficient_scope', /error="insufficient_scope".*, scope="access admin"$/);
    expect((await get('/admin', issuer.token({ claims: { scope: 'admin access' } }))).status).toBe(200);
  });

  it('asks for a stronger sign-in where it needs one', async () => {
    expect((await get('/strong', issuer.token({ authenticationMethod: 'WEBAUTHN' }))).status).toBe(200);
    expectRefusal(
      await get('/strong', issuer.token()),
      401,
      'insufficient_user_authentication',
      /error="insufficient_user_authentication".*acr_values="WEBAUTHN TRUSTED_DEVICE"$/,
    );
  });

  it('gives handlers a principal that they cannot change', async () => {
    expect((await get('/mutate', issuer.token())).status).toBe(500);
  });

  it('is guarded by the module that it names, and by no other', async () => {
    expect((await get('/partners', partners.token())).status).toBe(200);
    expectRefusal(await get('/partners', issuer.token()), 401, 'invalid_issuer', /^Bearer /);
    expectRefusal(await get('/me', partners.token()), 401, 'invalid_issuer', /^Bearer /);
  });

  it("leaves the host's own errors to the host", async () => {
    const answer = await get('/broken');
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toContain('application/json');
    expect(answer.body).toEqual({ statusCode: 500, message: 'Internal server error' });
  });
});

describe('two applications in one process', () => {
  it('verify by their own modules, although Passport has one registry for both', async () => {
    const [first, second] = await Promise.all([CotterTestIssuer.start(), CotterTestIssuer.start()]);
    const start = (issuer: CotterTestIssuer): Promise<TestApplication> =>
      startApplication('express', {
        imports: [
          CotterModule.forRoot({ ...issuer.moduleOptions, users: false }),
          CotterModule.forRoot({ ...second.moduleOptions, name: 'partners', path: 'p', users: false }),
        ],
        controllers: [RoutesController],
        providers: [{ provide: APP_GUARD, useClass: CotterAuthGuard }],
      });
    const servers = [await start(first), await start(second)];
    const statuses = await Promise.all(
      servers.flatMap(({ url }) =>
        [first, second].map(async (issuer) => {
          const answer = await send(`${url}/me`, { headers: { authorization: `Bearer ${issuer.token()}` } });
          return answer.status;
        }),
      ),
    );
    expect(statuses).toEqual([200, 401, 401, 200]);
    await Promise.all(servers.map(({ app }) => app.close()));
    await Promise.all([first.close(), second.close()]);
  });
});

describe('an issuer that is down', () => {
  it('is no reason to sign anyone out', async () => {
    const issuer = await CotterTestIssuer.start();
    const server = await startApplication('express', {
      imports: [CotterModule.forRoot({ ...issuer.moduleOptions, users: false })],
      controllers: [GuardedController],
    });
    issuer.goDown();
    const answer = await send(`${server.url}/guarded`, { headers: { authorization: `Bearer ${issuer.token()}` } });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.body).toMatchObject({ code: 'keys_unavailable' });
    await server.app.close();
    await issuer.close();
  });
});

@UseGuards(CotterAuthGuard)
@Controller('guarded')
class GuardedController {
  @Get()
  guarded(): string {
    return 'guarded';
  }
}

function tamper(token: string): string {
  const [header = '', , signature = ''] = token.split('.');
  const payload = {
    ...(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as object),
    sub: 'admin',
  };
  return `${header}.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.${signature}`;
}
