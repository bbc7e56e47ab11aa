import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Provider, Type } from '@nestjs/common';

import type { CotterModuleOptions } from './cotter.options.js';
import type { CotterAccount } from './users/account.js';
import type { UsersRepository } from './users/users.repository.js';

/** How an application gives its own {@link UsersRepository}. */
export type UsersRepositoryProvider =
  | { useClass: Type<UsersRepository> }
  | { useExisting: InjectionToken<UsersRepository> }
  | { useValue: UsersRepository }
  | {
      // Nest's own provider types leave factory arguments open.
      useFactory: (...args: never[]) => UsersRepository | Promise<UsersRepository>;
      inject?: (InjectionToken | OptionalFactoryDependency)[];
    };

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
