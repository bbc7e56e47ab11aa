import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Provider, Type } from '@nestjs/common';

import type {
  CotterModuleOptions,
  CotterRedirectOptions,
  CotterSessionOptions,
  SessionMode,
} from './cotter.options.js';
import type { RefreshLedger } from './renewal/refresh-ledger.js';
import type { RevocationStore } from './revocation/revocation.store.js';
import type { SessionStore } from './session/session.store.js';
import type { CotterAccount } from './users/account.js';
import type { UsersRepository } from './users/users.repository.js';

/** How an application gives its own implementation of a port. */
export type PortProvider<Port> =
  | { useClass: Type<Port> }
  | { useExisting: InjectionToken<Port> }
  | { useValue: Port }
  | {
      // Nest's own provider types leave factory arguments open.
      useFactory: (...args: never[]) => Port | Promise<Port>;
      inject?: (InjectionToken | OptionalFactoryDependency)[];
    };

/** How an application gives its own {@link UsersRepository}. */
export type UsersRepositoryProvider = PortProvider<UsersRepository>;

/** How an application says where revocations are kept. */
export type RevocationStoreProvider = PortProvider<RevocationStore>;

/** How an application says where refresh tokens are accounted for. */
export type RefreshLedgerProvider = PortProvider<RefreshLedger>;

/** How an application says where sessions are kept. */
export type SessionStoreProvider = PortProvider<SessionStore>;

/** That people stay signed in by cookie. */
export interface CotterSessionShape {
  /**
   * `server`: the cookie is an id that says nothing, and the tokens stay with us. `token`: the issuer's tokens are in cookies, the refresh token
   * sealed, for front ends and other services that read the access token from there.
   */
  mode: SessionMode;
  /**
   * Where sessions are kept. `RedisSessionStore` of `nestjs-cotter/redis`, or one of your own.
   *
   * @defaultValue TypeORM, in the same DataSource, where `users` is TypeORM too; the memory of the process otherwise
   */
  store?: SessionStoreProvider;
}

/** What shapes a `CotterModule`: known before any factory runs, so it stands beside `useFactory`. */
export interface CotterModuleExtras {
  /** Names the Passport strategy, the injection tokens and this module's part of the user tables. @defaultValue `cotter` */
  name?: string;
  /** Whether every module of the application can inject what this one exports. Only the default one can be. @defaultValue true */
  isGlobal?: boolean;
  /** Prefix of this module's routes: with `auth` they are `POST /auth/login` and `POST /auth/refresh`. @defaultValue none */
  path?: string;
  /** `false` leaves the routes out, for applications that call {@link LoginService} and {@link RefreshService} themselves. @defaultValue true */
  controllers?: boolean;
  /** `false` makes a pure resource server, without login and without TypeORM; a provider puts users anywhere. @defaultValue TypeORM */
  users?: false | UsersRepositoryProvider;
  /** The application's user entity, a subclass of `CotterUserBase` from `nestjs-cotter/typeorm`. @defaultValue `CotterUser` */
  userEntity?: Type<CotterAccount>;
  /** Name of the TypeORM DataSource that holds the users. @defaultValue the default one */
  dataSource?: string;
  /**
   * Whether statements are prepared by name where that DataSource is one of PostgreSQL. Behind a pooler of transactions that loses the names
   * (PgBouncer before 1.21), the module notices and goes on without; `false` spares the attempt, and the warning. Holds for all that uses the
   * DataSource; with `users` of your own, call `prepareNoStatements` of `nestjs-cotter/typeorm`.
   *
   * @defaultValue true
   */
  prepareStatements?: boolean;
  /**
   * Where revocations are kept. `RedisRevocationStore` of `nestjs-cotter/redis` tells other processes at once; the TypeORM one, which they
   * ask every two seconds, needs no second service; `MemoryRevocationStore` is for a single process,
   * and forgets with it: a person who was disabled is refused at the login after that, and not by the guard.
   *
   * @defaultValue TypeORM, in the same DataSource, where `users` is TypeORM too; the memory of the process otherwise
   */
  revocationStore?: RevocationStoreProvider;
  /**
   * Where refresh tokens are accounted for; several processes need one that they share. `RedisRefreshLedger` of `nestjs-cotter/redis`, or one
   * of your own.
   *
   * @defaultValue TypeORM, in the same DataSource, where `users` is TypeORM too; the memory of the process otherwise
   */
  refreshLedger?: RefreshLedgerProvider;
  /** People stay signed in by a cookie, beside bearer tokens. @defaultValue they do not */
  session?: CotterSessionShape;
  /** Adds `GET /login` and `GET /login/callback`: the browser signs in at the issuer's page and comes back with a session. @defaultValue false */
  redirect?: boolean;
  /** Modules whose exports the providers here need. */
  imports?: ModuleMetadata['imports'];
}

/** The same as the wiring reads it: every member there, given or not. */
export type CotterModuleShape = { readonly [Extra in keyof CotterModuleExtras]: CotterModuleExtras[Extra] | undefined };

/** Everything about a `CotterModule` in one place. */
export type CotterForRootOptions = Omit<CotterModuleOptions & CotterModuleExtras, 'session' | 'redirect'> & {
  /** How people stay signed in by cookie, beside bearer tokens. @defaultValue they do not */
  session?: (CotterSessionShape & CotterSessionOptions) | undefined;
  /** As {@link CotterModuleExtras.redirect}; an object says what the sign-in asks for. @defaultValue false */
  redirect?: boolean | CotterRedirectOptions | undefined;
};

/** The options alone: what shapes the module has no place in a factory. */
export type CotterFactoryOptions = CotterModuleOptions &
  Partial<Record<Exclude<keyof CotterModuleExtras, keyof CotterModuleOptions>, never>>;

/** A class that makes the options, for `useClass` and `useExisting`. */
export interface CotterOptionsFactory {
  createCotterOptions(): CotterFactoryOptions | Promise<CotterFactoryOptions>;
}

/** Options of `CotterModule.forRootAsync`. */
export type CotterModuleAsyncOptions = CotterModuleExtras &
  (
    | {
        useFactory: (...args: never[]) => CotterFactoryOptions | Promise<CotterFactoryOptions>;
        inject?: (InjectionToken | OptionalFactoryDependency)[];
      }
    | { useClass: Type<CotterOptionsFactory> }
    | { useExisting: InjectionToken<CotterOptionsFactory> }
  );

/** Token of the options as the application gave them. */
export const COTTER_RAW_OPTIONS = Symbol('nestjs-cotter:raw-options');

const COTTER_OPTIONS_FACTORY = Symbol('nestjs-cotter:options-factory');

/** Providers that put the given options under {@link COTTER_RAW_OPTIONS}. */
export function asyncOptionsProviders(options: CotterModuleAsyncOptions): Provider[] {
  if ('useFactory' in options) {
    const { useFactory, inject = [] } = options;
    return [{ provide: COTTER_RAW_OPTIONS, useFactory: useFactory as (...args: unknown[]) => unknown, inject }];
  }
  const factory: Provider =
    'useClass' in options
      ? { provide: COTTER_OPTIONS_FACTORY, useClass: options.useClass }
      : { provide: COTTER_OPTIONS_FACTORY, useExisting: options.useExisting };
  return [
    factory,
    {
      provide: COTTER_RAW_OPTIONS,
      useFactory: (optionsFactory: CotterOptionsFactory) => optionsFactory.createCotterOptions(),
      inject: [COTTER_OPTIONS_FACTORY],
    },
  ];
}
