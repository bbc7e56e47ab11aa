import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Provider, Type } from '@nestjs/common';

import type { CotterModuleOptions } from './cotter.options.js';
import type { RefreshLedger } from './renewal/refresh-ledger.js';
import type { RevocationStore } from './revocation/revocation.store.js';
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
   * Where revocations are kept. `RedisRevocationStore` of `nestjs-cotter/redis` tells other processes at once; the TypeORM one, which they
   * ask every two seconds, needs no second service; `MemoryRevocationStore` is for a single process,
   * and forgets with it: a person who was disabled is refused at the login after that, and not by the guard.
   *
   * @defaultValue TypeORM, in the same DataSource, where `users` is TypeORM too; the memory of the process otherwise
   */
  revocationStore?: RevocationStoreProvider;
  /**
   * Where refresh tokens are accounted for. Several processes need one that they share: `TypeOrmRefreshLedger` of `nestjs-cotter/typeorm`
   * or `RedisRefreshLedger` of `nestjs-cotter/redis`.
   *
   * @defaultValue the memory of the process
   */
  refreshLedger?: RefreshLedgerProvider;
  /** Modules whose exports the providers here need. */
  imports?: ModuleMetadata['imports'];
}

/** The options alone: what shapes the module has no place in a factory. */
export type CotterFactoryOptions = CotterModuleOptions & { [Extra in keyof CotterModuleExtras]?: never };

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
