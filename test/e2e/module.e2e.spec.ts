import { Controller, Get, Injectable, Module, UseGuards, type INestApplication } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  CotterAuthGuard,
  CotterModule,
  CotterOptions,
  cotterToken,
  CurrentAccount,
  LoginService,
  UsersRepository,
  UsersService,
  type CotterFactoryOptions,
  type CotterModuleAsyncOptions,
  type CotterOptionsFactory,
} from 'nestjs-cotter';
import { asUser, CotterTestIssuer } from 'nestjs-cotter/testing';
import { CotterUser, CotterUserBase } from 'nestjs-cotter/typeorm';
import { Column, DataSource, Entity } from 'typeorm';

import { send, startApplication, type TestApplication } from './platforms.js';

let issuer: CotterTestIssuer;

beforeAll(async () => {
  issuer = await CotterTestIssuer.start();
});

afterAll(() => issuer.close());

const database = () => TypeOrmModule.forRoot({ type: 'sqljs', autoLoadEntities: true, synchronize: true });

async function bootErrorOf(imports: NonNullable<Parameters<typeof startApplication>[1]['imports']>): Promise<string> {
  let app: INestApplication | undefined;
  try {
    ({ app } = await startApplication('express', { imports }));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await app?.close();
  }
  return 'booted';
}

@Injectable()
class Configuration {
  get options(): CotterFactoryOptions {
    return { ...issuer.moduleOptions, clockToleranceSeconds: 7 };
  }
}

@Injectable()
class ConfiguredOptions implements CotterOptionsFactory {
  createCotterOptions(): Promise<CotterFactoryOptions> {
    return Promise.resolve({ ...issuer.moduleOptions, clockToleranceSeconds: 7 });
  }
}

@Module({ providers: [Configuration, ConfiguredOptions], exports: [Configuration, ConfiguredOptions] })
class ConfigurationModule {}

describe('forRootAsync', () => {
  const ways: [string, CotterModuleAsyncOptions][] = [
    [
      'useFactory',
      {
        users: false,
        imports: [ConfigurationModule],
        inject: [Configuration],
        useFactory: (configuration: Configuration) => configuration.options,
      },
    ],
    ['useClass', { users: false, useClass: ConfiguredOptions }],
    ['useExisting', { users: false, imports: [ConfigurationModule], useExisting: ConfiguredOptions }],
  ];
  it.each(ways)('takes its options by %s', async (_way, options) => {
    const { app } = await startApplication('express', { imports: [CotterModule.forRootAsync(options)] });
    expect(app.get(CotterOptions, { strict: false })).toMatchObject({
      apiKeyId: issuer.apiKeyId,
      clockToleranceSeconds: 7,
    });
    await app.close();
  });

  it('takes what shapes the module beside the factory and nowhere else', async () => {
    const useFactory = (): CotterFactoryOptions => ({ ...issuer.moduleOptions, path: 'auth' }) as CotterFactoryOptions;
    expect(await bootErrorOf([CotterModule.forRootAsync({ users: false, useFactory })])).toMatch(
      /^path: is not an option here/,
    );
    // @ts-expect-error the types say so too
    const wrong: CotterModuleAsyncOptions = { useFactory: () => ({ apiKeyId: 'key', path: 'auth' }) };
    expect(wrong).toBeDefined();
  });
});

describe('a module that is set up wrong', () => {
  it('does not boot, and names the option', async () => {
    const forRoot = (options: object): Promise<string> =>
      bootErrorOf([CotterModule.forRoot({ ...issuer.moduleOptions, users: false, ...options })]);
    expect(await forRoot({ apiKeyId: '' })).toMatch(/^apiKeyId: must be/);
    expect(await forRoot({ clockToleranceSeconds: 61 })).toMatch(
      /^clockToleranceSeconds: must be a whole number from 0 to 60/,
    );
    expect(await forRoot({ apiUrl: 'http://issuer.internal' })).toMatch(/^apiUrl: must be an https: URL/);
    expect(await forRoot({})).toBe('booted');
  });

  it('does not take a word about statements where it makes none', () => {
    const options = { ...issuer.moduleOptions, users: false, prepareStatements: false } as const;
    expect(() => CotterModule.forRoot(options)).toThrow(/^prepareStatements: .* prepareNoStatements/);
  });

  it('does not boot under the name of another', async () => {
    const forRoot = (apiKeyId: string) => CotterModule.forRoot({ ...issuer.moduleOptions, apiKeyId, users: false });
    expect(await bootErrorOf([forRoot('a'), forRoot('b')])).toMatch(/^name: must differ/);
    expect(() => CotterModule.forRoot({ ...issuer.moduleOptions, name: 'Not a name' })).toThrow(/^name: must be/);
  });

  it('says what is missing where there is no database', async () => {
    expect(await bootErrorOf([CotterModule.forRoot(issuer.moduleOptions)])).toMatch(
      /^dataSource: there is no default DataSource/,
    );
    const named = CotterModule.forRoot({ ...issuer.moduleOptions, dataSource: 'people' });
    expect(await bootErrorOf([database(), named])).toMatch(/^dataSource: there is no DataSource named "people"/);
  });

  it('says so where the user entity is not one', () => {
    class Stranger {}
    const options = { ...issuer.moduleOptions, userEntity: Stranger as typeof CotterUser };
    return expect(bootErrorOf([database(), CotterModule.forRoot(options)])).resolves.toMatch(
      /^userEntity: Stranger must extend CotterUserBase/,
    );
  });
});

@Entity('member')
class Member extends CotterUserBase {
  @Column({ type: 'varchar', length: 100, nullable: true })
  displayName!: string | null;
}

@UseGuards(CotterAuthGuard)
@Controller()
class MemberController {
  @Get('member')
  member(@CurrentAccount() member: Member): { displayName: string | null; isMember: boolean } {
    return { displayName: member.displayName, isMember: member instanceof Member };
  }
}

describe("an application's own user entity", () => {
  it('is registered with columns from the hook, and injected as what it is', async () => {
    const { app } = await startApplication('express', {
      imports: [
        database(),
        CotterModule.forRoot({
          ...issuer.moduleOptions,
          userEntity: Member,
          hooks: { beforeRegister: ({ identifier }) => ({ displayName: identifier.value.toUpperCase() }) },
        }),
      ],
      controllers: [MemberController],
    });
    const ann = await asUser<Member>(app, { identifier: 'ann@example.com' });
    expect(ann.account?.displayName).toBe('ANN@EXAMPLE.COM');
    expect(await (await ann.fetch('/member')).json()).toEqual({ displayName: 'ANN@EXAMPLE.COM', isMember: true });
    await app.close();
  });
});

describe('a UsersRepository of the application', () => {
  it('takes the place of TypeORM, which is not even asked for', async () => {
    const { app } = await startApplication('express', {
      imports: [database(), CotterModule.forRoot({ ...issuer.moduleOptions, name: 'store', path: 'store' })],
    });
    const borrowed = app.get<UsersRepository>(cotterToken(UsersRepository, 'store'), { strict: false });
    const other = await startApplication('express', {
      imports: [CotterModule.forRoot({ ...issuer.moduleOptions, users: { useValue: borrowed } })],
    });
    const ann = await asUser(other.app, { identifier: 'ann@example.com' });
    expect(await borrowed.findByIdentifier('ann@example.com')).toMatchObject({ id: ann.account?.id });
    await other.app.close();
    await app.close();
  });
});

describe('two modules in one application', () => {
  let partners: CotterTestIssuer;
  let server: TestApplication;

  beforeAll(async () => {
    partners = await CotterTestIssuer.start();
    server = await startApplication('express', {
      imports: [
        database(),
        CotterModule.forRoot(issuer.moduleOptions),
        CotterModule.forRoot({ ...partners.moduleOptions, name: 'partners', path: 'partners' }),
      ],
    });
  });

  afterAll(async () => {
    await server.app.close();
    await partners.close();
  });

  it('keep their people apart, in one table', async () => {
    const person = { identifier: 'ann@example.com' };
    const [ours, theirs] = await Promise.all([
      send(`${server.url}/login`, { json: issuer.payload(person) }),
      send(`${server.url}/partners/login`, { json: partners.payload(person) }),
    ]);
    expect([ours.status, theirs.status]).toEqual([201, 201]);
    const rows = await server.app.get(DataSource).getRepository(CotterUser).findBy({ identifier: 'ann@example.com' });
    expect(rows.map(({ realm }) => realm).sort()).toEqual(['cotter', 'partners']);
  });

  it('log nobody in by the tokens of the other', async () => {
    const [ours, theirs] = await Promise.all([
      send(`${server.url}/login`, { json: partners.payload() }),
      send(`${server.url}/partners/login`, { json: issuer.payload() }),
    ]);
    expect([ours.status, theirs.status]).toEqual([403, 403]);
  });

  it('hand out their parts under their own names', () => {
    const get = <T>(token: ReturnType<typeof cotterToken<T>>): T => server.app.get<T>(token, { strict: false });
    const [ours, theirs] = [get(cotterToken(LoginService)), get(cotterToken(LoginService, 'partners'))];
    expect(ours).toBeInstanceOf(LoginService);
    expect(theirs).toBeInstanceOf(LoginService);
    expect(ours).not.toBe(theirs);
    expect(get(cotterToken(CotterOptions)).apiKeyId).toBe(issuer.apiKeyId);
    expect(get(cotterToken(CotterOptions, 'partners')).apiKeyId).toBe(partners.apiKeyId);
  });
});

describe('the last login', () => {
  it('is in the table after the application closed, though it was not written on the way', async () => {
    const { app, url } = await startApplication('express', {
      imports: [database(), CotterModule.forRoot({ ...issuer.moduleOptions })],
    });
    const person = { subject: 'ann', identifier: 'ann@example.com' };
    await send(`${url}/login`, { json: issuer.payload(person) });
    await send(`${url}/login`, { json: issuer.payload({ ...person, authenticationMethod: 'WEBAUTHN' }) });
    const dataSource = app.get(DataSource);
    const read = () => dataSource.getRepository(CotterUser).findOneByOrFail({ identifier: 'ann@example.com' });
    expect((await read()).lastAuthenticationMethod).toBe('OTP');
    expect(await app.get(UsersService).findByPrincipal({ issuer: issuer.url, subject: 'ann' })).toMatchObject({
      lastAuthenticationMethod: 'WEBAUTHN',
    });
    const written: string[] = [];
    const destroy = dataSource.destroy.bind(dataSource);
    dataSource.destroy = async () => {
      written.push(String((await read()).lastAuthenticationMethod));
      await destroy();
    };
    await app.close();
    expect(written).toEqual(['WEBAUTHN']);
  });
});
