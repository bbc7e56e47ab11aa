import type { IncomingMessage } from 'node:http';

import { Controller, Get, Inject, Injectable, Module, Scope, UseGuards, type ExecutionContext } from '@nestjs/common';
import { APP_GUARD, ContextIdFactory, REQUEST } from '@nestjs/core';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import {
  CotterAuthGuard,
  CotterModule,
  CurrentAccount,
  CurrentUser,
  LoginService,
  MissingCredentialsError,
  UsersRepository,
  type CotterAccount,
  type CotterPrincipal,
  type NewAccount,
  type Registration,
} from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';
import { Strategy } from 'passport-strategy';

import { platforms, send, startApplication, type Answer, type TestApplication } from '../e2e/platforms.js';

/** A strategy as other packages have them: one header, one key. */
class ApiKeyPassportStrategy extends Strategy {
  name = 'api-key';

  override authenticate(request: Pick<IncomingMessage, 'headers'>): void {
    const key = request.headers['x-api-key'];
    if (key === 'the key') this.success({ subject: 'a machine' });
    else this.fail(key === undefined ? 'no key' : 'wrong key', 401);
  }
}

@Injectable()
class ApiKeyStrategy extends PassportStrategy(ApiKeyPassportStrategy, 'api-key') {
  validate(): never {
    throw new Error('this strategy decides by itself');
  }
}

/** Admits machines by another strategy's rule, and people by the token. */
@Injectable()
class PeopleAndMachinesGuard extends CotterAuthGuard {
  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ headers: IncomingMessage['headers']; user?: unknown }>();
    if (request.headers['x-api-key'] !== 'the key') return super.canActivate(context);
    request.user = { subject: 'a machine' };
    return true;
  }

  override handleRequest<TUser = CotterPrincipal>(
    error: unknown,
    user: TUser | false | null | undefined,
    info: unknown,
  ): TUser {
    if (info instanceof MissingCredentialsError) return { subject: 'a guest', scopes: [] } as TUser;
    return super.handleRequest(error, user, info);
  }
}

@Controller()
class RoutesController {
  @UseGuards(AuthGuard(['cotter', 'api-key']))
  @Get('cotter-first')
  cotterFirst(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @UseGuards(AuthGuard(['api-key', 'cotter']))
  @Get('cotter-last')
  cotterLast(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @UseGuards(AuthGuard('cotter'))
  @Get('cotter-alone')
  cotterAlone(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @UseGuards(CotterAuthGuard, AuthGuard('api-key'))
  @Get('both-needed')
  bothNeeded(@CurrentUser('subject') subject: string): string {
    return subject;
  }

  @UseGuards(PeopleAndMachinesGuard)
  @Get('subclass')
  subclass(@CurrentUser('subject') subject: string): string {
    return subject;
  }
}

let issuer: CotterTestIssuer;
let silent: CotterTestIssuer;

beforeAll(async () => {
  [issuer, silent] = await Promise.all([CotterTestIssuer.start(), CotterTestIssuer.start()]);
  silent.goDown();
});

afterAll(() => Promise.all([issuer.close(), silent.close()]));

const get = (server: TestApplication, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  send(`${server.url}/${path}`, { headers });

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

describe.each(platforms)('beside another Passport strategy, on %s', (platform) => {
  let server: TestApplication;

  beforeAll(async () => {
    server = await startApplication(platform, {
      imports: [
        CotterModule.forRoot({
          ...issuer.moduleOptions,
          trust: [{ issuer: silent.url, jwksUri: `${silent.url}/api/v0/token/jwks`, audience: silent.apiKeyId }],
          users: false,
        }),
      ],
      controllers: [RoutesController],
      providers: [ApiKeyStrategy],
    });
  });

  afterAll(() => server.app.close());

  it.each(['cotter-first', 'cotter-last'])('either credential is enough for %s', async (path) => {
    expect(await get(server, path, bearer(issuer.token({ subject: 'ann' })))).toMatchObject({
      status: 200,
      body: 'ann',
    });
    expect(await get(server, path, { 'x-api-key': 'the key' })).toMatchObject({ status: 200, body: 'a machine' });
    const badToken = { ...bearer(issuer.token({ expiresInSeconds: -60 })), 'x-api-key': 'the key' };
    expect(await get(server, path, badToken)).toMatchObject({ status: 200, body: 'a machine' });
    const badKey = { ...bearer(issuer.token({ subject: 'ann' })), 'x-api-key': 'wrong' };
    expect(await get(server, path, badKey)).toMatchObject({ status: 200, body: 'ann' });
    expect((await get(server, path)).status).toBe(401);
    expect((await get(server, path, { ...bearer('junk'), 'x-api-key': 'wrong' })).status).toBe(401);
  });

  it.each(['cotter-first', 'cotter-last'])('an outage is no 401 at %s', async (path) => {
    expect(await get(server, path, bearer(silent.token()))).toMatchObject({
      status: 503,
      body: { code: 'keys_unavailable' },
    });
  });

  it("the plain AuthGuard('cotter') lets the same tokens in", async () => {
    expect((await get(server, 'cotter-alone', bearer(issuer.token({ subject: 'ann' })))).body).toBe('ann');
    expect((await get(server, 'cotter-alone', bearer(issuer.token({ audience: 'x' })))).status).toBe(401);
    expect((await get(server, 'cotter-alone')).status).toBe(401);
  });

  it('both are needed where both guards stand', async () => {
    const token = bearer(issuer.token({ subject: 'ann' }));
    expect((await get(server, 'both-needed', token)).status).toBe(401);
    expect((await get(server, 'both-needed', { 'x-api-key': 'the key' })).status).toBe(401);
    expect((await get(server, 'both-needed', { ...token, 'x-api-key': 'the key' })).status).toBe(200);
  });

  it('a subclass may admit others, and calls super for the rest', async () => {
    expect((await get(server, 'subclass', { 'x-api-key': 'the key' })).body).toBe('a machine');
    expect((await get(server, 'subclass')).body).toBe('a guest');
    expect((await get(server, 'subclass', bearer(issuer.token({ subject: 'ann' })))).body).toBe('ann');
    expect((await get(server, 'subclass', bearer('junk'))).body).toMatchObject({ code: 'malformed_token' });
  });
});

@Injectable({ scope: Scope.REQUEST })
class Tracer {
  constructor(@Inject(REQUEST) private readonly request: { readonly url: string }) {}

  get path(): string {
    return this.request.url;
  }
}

@Injectable({ scope: Scope.REQUEST, durable: true })
class Tenant {
  static made = 0;

  constructor(@Inject(REQUEST) private readonly payload: { readonly tenant: string }) {
    Tenant.made++;
  }

  get name(): string {
    return this.payload.tenant;
  }
}

/** A repository for each request, as one for each tenant would be. */
@Injectable({ scope: Scope.REQUEST })
class ScopedUsers extends UsersRepository {
  static readonly accounts = new Map<string, CotterAccount>();

  constructor(@Inject(REQUEST) readonly request: object) {
    super();
  }

  findByPair = ({ subject }: { subject: string }): Promise<CotterAccount | null> =>
    Promise.resolve(ScopedUsers.accounts.get(subject) ?? null);
  findByIdentifier = (): Promise<null> => Promise.resolve(null);
  register({ pair, identifier, at }: NewAccount): Promise<Registration<CotterAccount>> {
    const account = {
      id: `account of ${pair.subject}`,
      identifier: identifier.value,
      identifierType: identifier.type,
      createdAt: at,
      lastLoginAt: at,
      lastAuthenticationMethod: null,
      disabledAt: null,
    };
    ScopedUsers.accounts.set(pair.subject, account);
    return Promise.resolve({ outcome: 'created', account });
  }
  attachPair = (): Promise<never> => Promise.reject(new Error('nobody has two'));
  changeIdentifier = (): Promise<null> => Promise.resolve(null);
  setDisabled = (): Promise<never> => Promise.reject(new Error('nobody is disabled'));
  getStanding = (): Promise<never> => Promise.reject(new Error('nobody is disabled'));
  recordLogins = (): Promise<void> => Promise.resolve();
}

@Controller()
class ScopedController {
  constructor(@Inject(Tracer) private readonly tracer: Tracer) {}

  @Get('traced')
  traced(@CurrentUser('subject') subject: string): string {
    return `${subject} at ${this.tracer.path}`;
  }
}

@Controller()
class DurableController {
  constructor(@Inject(Tenant) private readonly tenant: Tenant) {}

  @Get('tenant')
  ofTenant(@CurrentUser('subject') subject: string): string {
    return `${subject} of ${this.tenant.name}`;
  }
}

@Controller()
class AccountController {
  @Get('account')
  account(@CurrentAccount() account: CotterAccount): string {
    return account.id;
  }
}

@Injectable()
class LoginCounter {
  constructor(@Inject(LoginService) readonly logins: LoginService) {}
}

describe.each(platforms)('request-scoped dependencies on %s', (platform) => {
  const start = (
    parts: Parameters<typeof startApplication>[1],
    imports = [CotterModule.forRoot({ ...issuer.moduleOptions, users: false as const })],
  ): Promise<TestApplication> =>
    startApplication(platform, {
      ...parts,
      imports,
      providers: [...(parts.providers ?? []), { provide: APP_GUARD, useClass: CotterAuthGuard }],
    });

  it('of a controller do not concern the guard', async () => {
    const server = await start({ controllers: [ScopedController], providers: [Tracer] });
    const answers = await Promise.all(
      ['ann', 'ben'].map((subject) => get(server, `traced?${subject}`, bearer(issuer.token({ subject })))),
    );
    expect(answers.map(({ body }) => body)).toEqual(['ann at /traced?ann', 'ben at /traced?ben']);
    expect(await get(server, 'traced')).toMatchObject({ status: 401, body: { code: 'missing_credentials' } });
    await server.app.close();
  });

  it('may be durable', async () => {
    Tenant.made = 0;
    const trees = new Map<string, { id: number }>();
    ContextIdFactory.apply({
      attach(contextId, request: { headers: Record<string, string> }) {
        const tenant = request.headers['x-tenant'] ?? '';
        const tree = trees.get(tenant) ?? contextId;
        trees.set(tenant, tree);
        return { resolve: ({ isTreeDurable }) => (isTreeDurable ? tree : contextId), payload: { tenant } };
      },
    });
    const server = await start({ controllers: [DurableController], providers: [Tenant] });
    for (const tenant of ['a', 'b', 'a']) {
      const headers = { ...bearer(issuer.token({ subject: 'ann' })), 'x-tenant': tenant };
      expect((await get(server, 'tenant', headers)).body).toBe(`ann of ${tenant}`);
    }
    expect(Tenant.made).toBe(2);
    expect((await get(server, 'tenant', { 'x-tenant': 'a' })).status).toBe(401);
    Reflect.set(ContextIdFactory, 'strategy', undefined);
    await server.app.close();
  });

  it('of the UsersRepository are made for each login, and for each account that is asked for', async () => {
    ScopedUsers.accounts.clear();
    const server = await start({ controllers: [AccountController], providers: [LoginCounter] }, [
      CotterModule.forRoot({ ...issuer.moduleOptions, users: { useClass: ScopedUsers } }),
    ]);
    const payload = issuer.payload({ subject: 'ann', identifier: 'ann@example.com' });
    expect((await send(`${server.url}/login`, { json: payload })).status).toBe(201);
    expect((await send(`${server.url}/login`, { json: payload })).status).toBe(200);
    const token = bearer(payload.oauth_token.access_token);
    expect(await get(server, 'account', token)).toMatchObject({ status: 200, body: 'account of ann' });
    const stranger = await get(server, 'account', bearer(issuer.token({ subject: 'ben' })));
    expect(stranger.body).toMatchObject({ code: 'not_registered' });
    await server.app.close();
  });

  it('of the options are refused at boot, since the guard has to be there before any request', async () => {
    @Module({ providers: [Tracer], exports: [Tracer] })
    class TracerModule {}

    const scoped = CotterModule.forRootAsync({
      users: false,
      imports: [TracerModule],
      inject: [Tracer],
      useFactory: (_tracer: Tracer) => issuer.moduleOptions,
    });
    await expect(startApplication(platform, { imports: [scoped] })).rejects.toThrow(
      'inject: must not name request-scoped or transient providers: the options of the module "cotter" are made once',
    );
  });
});
