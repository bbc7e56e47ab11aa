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
import { IssuerSignOut } from './cotter-api/issuer-sign-out.js';
import {
  asyncOptionsProviders,
  COTTER_RAW_OPTIONS,
  type CotterForRootOptions,
  type CotterModuleAsyncOptions,
  type CotterModuleShape,
  type CotterSessionShape,
} from './cotter.module-definition.js';
import { CotterOptions, type CotterModuleOptions, type CotterSessionOptions } from './cotter.options.js';
import { resolveOptions } from './cotter.options.resolver.js';
import { NO_SESSIONS, SESSION_PROVIDERS } from './cotter.sessions.js';
import { storeProviders, typeOrmImports } from './cotter.stores.js';
import { ScopeCheck } from './cotter.scope-check.js';
import { cotterToken, DEFAULT_NAME } from './cotter.tokens.js';
import { createTokenVerifier } from './cotter.verifier.js';
import { CotterConfigurationError } from './errors/configuration.error.js';
import { CotterExceptionFilter } from './http/cotter-exception.filter.js';
import { PlatformSignature } from './http/platform-signature.js';
import { LoginController } from './login/login.controller.js';
import { LoginService } from './login/login.service.js';
import { LogoutController } from './logout/logout.controller.js';
import { LogoutService } from './logout/logout.service.js';
import { SessionsController } from './logout/sessions.controller.js';
import { PkceService } from './pkce/pkce.service.js';
import { PendingSignIns } from './redirect/pending-sign-ins.js';
import { RedirectRoutes, ROUTE_PREFIX } from './redirect/redirect-routes.js';
import { RedirectController } from './redirect/redirect.controller.js';
import { RedirectService } from './redirect/redirect.service.js';
import { RefreshController } from './refresh/refresh.controller.js';
import { RefreshService } from './refresh/refresh.service.js';
import { LedgerSweeper } from './renewal/ledger-sweeper.js';
import { RefreshLedger } from './renewal/refresh-ledger.js';
import { RenewalService } from './renewal/renewal.service.js';
import { RevocationService } from './revocation/revocation.service.js';
import { RevocationStore } from './revocation/revocation.store.js';
import { SessionService } from './session/session.service.js';
import { SessionStore } from './session/session.store.js';
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
  static forRoot(options: CotterForRootOptions): DynamicModule {
    const { name, isGlobal, path, controllers, users, userEntity, dataSource, prepareStatements, ...more } = options;
    const { revocationStore, refreshLedger, imports, session, redirect, ...given } = more;
    const stores = { users, userEntity, dataSource, prepareStatements, revocationStore, refreshLedger };
    const features = { session, redirect: redirect !== undefined && redirect !== false };
    const raw: CotterModuleOptions = {
      ...given,
      ...(session === undefined ? {} : { session: withoutShape(session) }),
      ...(typeof redirect === 'object' ? { redirect } : {}),
    };
    const extras = { name, isGlobal, path, controllers, ...stores, imports, ...features };
    return createModule(extras, [{ provide: COTTER_RAW_OPTIONS, useValue: raw }]);
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

function withoutShape(session: CotterSessionShape & CotterSessionOptions): CotterSessionOptions {
  const { mode: _mode, store: _store, ...options } = session;
  return options;
}

function createModule(extras: CotterModuleShape, optionsProviders: Provider[]): DynamicModule {
  const { name = DEFAULT_NAME, isGlobal = true, path = '', users, session, redirect, imports = [] } = extras;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]{0,62}$/.test(name)) {
    throw new CotterConfigurationError(
      'name',
      'must be a lower-case letter followed by lower-case letters, digits and hyphens',
    );
  }
  assertFits(extras);
  const services = users === false ? SERVICES : [...SERVICES, ...USER_SERVICES];
  const parts = [
    CotterOptions,
    TokenVerifier,
    RevocationStore,
    RefreshLedger,
    ...(users === false ? [] : [UsersRepository]),
    ...(session === undefined ? [] : [SessionStore, SessionService]),
    ...services,
  ];
  return {
    module: CotterModule,
    global: isGlobal && name === DEFAULT_NAME,
    imports: [...imports, ...typeOrmImports(extras, name)],
    controllers: controllersOf(extras),
    providers: [
      ...optionsProviders,
      {
        provide: CotterOptions,
        useFactory: (options: CotterModuleOptions) => resolveOptions(options, name, session?.mode ?? null),
        inject: [COTTER_RAW_OPTIONS],
      },
      { provide: TokenVerifier, useFactory: createTokenVerifier, inject: [CotterOptions, RevocationService] },
      { provide: ScopeCheck, useFactory: (modules: ModuleRef) => new ScopeCheck(modules, name), inject: [ModuleRef] },
      { provide: APP_FILTER, useClass: CotterExceptionFilter },
      PlatformSignature,
      ...storeProviders(extras),
      ...(session === undefined ? NO_SESSIONS : SESSION_PROVIDERS),
      ...(redirect === true ? [{ provide: ROUTE_PREFIX, useValue: path }, ...REDIRECT_PROVIDERS] : []),
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
  IssuerSignOut,
  RenewalService,
  RefreshService,
  PkceService,
  RevocationService,
  LogoutService,
];

const USER_SERVICES = [UsersService, AccountLoader, LoginRecorder, LoginService];

const REDIRECT_PROVIDERS = [RedirectRoutes, PendingSignIns, RedirectService];

function controllersOf({ path = '', controllers = true, users, session, redirect }: CotterModuleShape): Type[] {
  if (!controllers) return [];
  const prefix = path.replace(/^\/+|\/+$/g, '');
  const moved = (route: string, base: Type): Type => {
    if (prefix === '') return base;
    @Controller({ path: `${prefix}/${route}`, version: VERSION_NEUTRAL })
    class MovedController extends base {}
    return MovedController;
  };
  return [
    moved('refresh', RefreshController),
    moved('logout', LogoutController),
    ...(users === false ? [] : [moved('login', LoginController)]),
    ...(session === undefined ? [] : [moved('sessions', SessionsController)]),
    ...(redirect === true ? [moved('login', RedirectController)] : []),
  ];
}

/** What a module without users, or without sessions, cannot have. */
function assertFits({ users, session, redirect, controllers, prepareStatements }: CotterModuleShape): void {
  const modes: readonly unknown[] = ['server', 'token'];
  if (session !== undefined && !modes.includes(session.mode)) {
    throw new CotterConfigurationError('session.mode', "must be 'server' or 'token'");
  }
  if (session !== undefined && users === false) {
    throw new CotterConfigurationError(
      'session',
      "needs users: a session is somebody's; without them, there are bearer tokens only",
    );
  }
  if (prepareStatements === false && users !== undefined) {
    throw new CotterConfigurationError(
      'prepareStatements',
      'is about users by TypeORM; where you make the stores, call prepareNoStatements(dataSource) of nestjs-cotter/typeorm',
    );
  }
  if (redirect === true && session === undefined) {
    throw new CotterConfigurationError('redirect', 'needs session: the browser comes back with one');
  }
  if (redirect === true && controllers === false) {
    throw new CotterConfigurationError('redirect', 'is two routes, which controllers: false leaves out');
  }
}
