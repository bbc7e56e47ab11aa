import {
  Controller,
  Inject,
  Module,
  VERSION_NEUTRAL,
  type Abstract,
  type DynamicModule,
  type OnModuleInit,
  type Provider,
  type Type,
} from '@nestjs/common';
import { APP_FILTER, ModuleRef, ModulesContainer } from '@nestjs/core';

import { CotterAuthGuard } from './auth/cotter-auth.guard.js';
import { CotterJwtStrategy } from './auth/cotter-jwt.strategy.js';
import { CotterApiClient } from './cotter-api/cotter-api.client.js';
import {
  asyncOptionsProviders,
  COTTER_RAW_OPTIONS,
  type CotterModuleAsyncOptions,
  type CotterModuleExtras,
} from './cotter.module-definition.js';
import { CotterOptions, type CotterModuleOptions } from './cotter.options.js';
import { resolveOptions } from './cotter.options.resolver.js';
import { ScopeCheck } from './cotter.scope-check.js';
import { cotterToken, DEFAULT_NAME } from './cotter.tokens.js';
import { createTokenVerifier } from './cotter.verifier.js';
import { CotterConfigurationError } from './errors/configuration.error.js';
import { CotterExceptionFilter } from './http/cotter-exception.filter.js';
import { PlatformSignature } from './http/platform-signature.js';
import { LoginController } from './login/login.controller.js';
import { LoginService } from './login/login.service.js';
import { PkceService } from './pkce/pkce.service.js';
import { RefreshController } from './refresh/refresh.controller.js';
import { RefreshService } from './refresh/refresh.service.js';
import { LedgerSweeper } from './renewal/ledger-sweeper.js';
import { MemoryRefreshLedger } from './renewal/memory-refresh-ledger.js';
import { RefreshLedger } from './renewal/refresh-ledger.js';
import { RenewalService } from './renewal/renewal.service.js';
import { MemoryRevocationStore } from './revocation/memory-revocation.store.js';
import { RevocationService } from './revocation/revocation.service.js';
import { RevocationStore } from './revocation/revocation.store.js';
import { TokenVerifier } from './tokens/token-verifier.js';
import { AccountLoader } from './users/account-loader.js';
import { LoginRecorder } from './users/login-recorder.js';
import { UsersRepository } from './users/users.repository.js';
import { UsersService } from './users/users.service.js';

/**
 * Passwordless sign-in against any issuer that speaks Cotter's protocol.
 *
 * @example
 * ```ts
 * @Module({
 *   imports: [
 *     TypeOrmModule.forRoot({ type: 'sqljs', autoLoadEntities: true, synchronize: true }),
 *     CotterModule.forRoot({ apiKeyId: 'your-api-key-id' }),
 *   ],
 * })
 * export class AppModule {}
 * ```
 */
@Module({})
export class CotterModule implements OnModuleInit {
  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  /** @throws {@link CotterConfigurationError} at boot, naming the option that is wrong. */
  static forRoot(options: CotterModuleOptions & CotterModuleExtras): DynamicModule {
    const { name, isGlobal, path, controllers, users, userEntity, dataSource, ...more } = options;
    const { revocationStore, refreshLedger, imports, ...given } = more;
    const stores = { users, userEntity, dataSource, revocationStore, refreshLedger };
    const extras = { name, isGlobal, path, controllers, ...stores, imports };
    return createModule(extras, [{ provide: COTTER_RAW_OPTIONS, useValue: given }]);
  }

  /** The same, with options from a factory or a class. What shapes the module stands beside the factory. */
  static forRootAsync(options: CotterModuleAsyncOptions): DynamicModule {
    return createModule(options, asyncOptionsProviders(options));
  }

  /** Two modules of one name would share their tokens and tables without anybody having said so. */
  onModuleInit(): void {
    const twins = [...this.modules.values()].filter(
      ({ instance }) => instance instanceof CotterModule && instance.options.name === this.options.name,
    );
    if (twins.length > 1) {
      throw new CotterConfigurationError(
        'name',
        `must differ between the CotterModules of one application; two are "${this.options.name}"`,
      );
    }
  }
}

type Extras = { readonly [Extra in keyof CotterModuleExtras]: CotterModuleExtras[Extra] | undefined };

function createModule(extras: Extras, optionsProviders: Provider[]): DynamicModule {
  const { name = DEFAULT_NAME, isGlobal = true, users, imports = [] } = extras;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    throw new CotterConfigurationError(
      'name',
      'must be a lower-case letter followed by lower-case letters, digits and hyphens',
    );
  }
  const services = users === false ? SERVICES : [...SERVICES, ...USER_SERVICES];
  const parts = [
    CotterOptions,
    TokenVerifier,
    RevocationStore,
    RefreshLedger,
    ...(users === false ? [] : [UsersRepository]),
    ...services,
  ];
  return {
    module: CotterModule,
    global: isGlobal && name === DEFAULT_NAME,
    imports: [...imports, ...usersImports(extras, name)],
    controllers: controllersOf(extras),
    providers: [
      ...optionsProviders,
      {
        provide: CotterOptions,
        useFactory: (options: CotterModuleOptions) => resolveOptions(options, name),
        inject: [COTTER_RAW_OPTIONS],
      },
      { provide: TokenVerifier, useFactory: createTokenVerifier, inject: [CotterOptions, RevocationService] },
      { provide: ScopeCheck, useFactory: (modules: ModuleRef) => new ScopeCheck(modules, name), inject: [ModuleRef] },
      { provide: APP_FILTER, useClass: CotterExceptionFilter },
      PlatformSignature,
      ...usersProviders(users),
      revocationsProvider(extras),
      {
        provide: RefreshLedger,
        ...(extras.refreshLedger ?? { useFactory: () => new MemoryRefreshLedger() }),
      } as Provider,
      LedgerSweeper,
      ...services,
      ...parts.map((part: Type | Abstract<unknown>) => ({ provide: cotterToken(part, name), useExisting: part })),
    ],
    exports: [
      ...(name === DEFAULT_NAME ? parts : []),
      ...parts.map((part: Type | Abstract<unknown>) => cotterToken(part, name)),
    ],
  };
}

const SERVICES = [
  CotterJwtStrategy,
  CotterAuthGuard,
  CotterApiClient,
  RenewalService,
  RefreshService,
  PkceService,
  RevocationService,
];

const USER_SERVICES = [UsersService, AccountLoader, LoginRecorder, LoginService];

function controllersOf({ path = '', controllers = true, users }: Extras): Type[] {
  if (!controllers) return [];
  const prefix = path.replace(/^\/+|\/+$/g, '');
  const moved = (route: string, base: Type): Type => {
    if (prefix === '') return base;
    @Controller({ path: `${prefix}/${route}`, version: VERSION_NEUTRAL })
    class MovedController extends base {}
    return MovedController;
  };
  return [moved('refresh', RefreshController), ...(users === false ? [] : [moved('login', LoginController)])];
}

const TYPEORM_USERS = Symbol('nestjs-cotter:typeorm-users');
const TYPEORM_REVOCATIONS = Symbol('nestjs-cotter:typeorm-revocations');

/** TypeORM is an optional peer, so it is loaded only where users are kept by it. */
function usersImports(extras: Extras, realm: string): Promise<DynamicModule>[] {
  const { users, userEntity, dataSource, revocationStore } = extras;
  if (users !== undefined) return [];
  const provideRevocations = revocationStore === undefined ? TYPEORM_REVOCATIONS : undefined;
  const register = async (): Promise<DynamicModule> => {
    try {
      const { CotterTypeOrmModule } = await import('./typeorm/cotter-typeorm.module.js');
      return CotterTypeOrmModule.register({
        provide: TYPEORM_USERS,
        provideRevocations,
        realm,
        userEntity,
        dataSource,
      });
    } catch (error) {
      if (!isMissingPackage(error)) throw error;
      throw new CotterConfigurationError(
        'users',
        'needs the packages typeorm and @nestjs/typeorm; install them, give a UsersRepository of your own, or set users: false',
        { cause: error },
      );
    }
  };
  return [register()];
}

function usersProviders(users: Extras['users']): Provider[] {
  if (users === false) return [];
  return [{ provide: UsersRepository, ...(users ?? { useExisting: TYPEORM_USERS }) } as Provider];
}

/** Beside the users, where those are in a database; so what is revoked outlives the process, and other processes know. */
function revocationsProvider({ users, revocationStore }: Extras): Provider {
  const chosen = revocationStore ?? (users === undefined ? { useExisting: TYPEORM_REVOCATIONS } : IN_MEMORY);
  return { provide: RevocationStore, ...chosen } as Provider;
}

const IN_MEMORY = {
  useFactory: ({ clock }: CotterOptions): RevocationStore => new MemoryRevocationStore(clock),
  inject: [CotterOptions],
};

function isMissingPackage(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')
  );
}
