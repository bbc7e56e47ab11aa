import { Module, type DynamicModule, type InjectionToken, type Type } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource, EntityMetadata } from 'typeorm';

import { CotterConfigurationError } from '../errors/configuration.error.js';
import type { RefreshLedger } from '../renewal/refresh-ledger.js';
import type { RevocationStore } from '../revocation/revocation.store.js';
import type { SessionStore } from '../session/session.store.js';
import type { CotterAccount } from '../users/account.js';
import type { UsersRepository } from '../users/users.repository.js';
import { CotterRefreshToken } from './refresh-token.entity.js';
import { CotterRevocation } from './revocation.entity.js';
import { CotterSession } from './session.entity.js';
import { prepareNoStatements } from './statement-runner.js';
import { TypeOrmRefreshLedger } from './typeorm-refresh-ledger.js';
import { TypeOrmRevocationStore } from './typeorm-revocation.store.js';
import { TypeOrmSessionStore } from './typeorm-session.store.js';
import { TypeOrmUsersRepository } from './typeorm-users.repository.js';
import { CotterUsedName } from './used-name.entity.js';
import { CotterUserIdentity } from './user-identity.entity.js';
import { CotterUser, CotterUserBase } from './user.entity.js';

/** Which tables a module keeps its users in, and what else it keeps beside them. */
export interface CotterTypeOrmOptions {
  /** Under which token the {@link UsersRepository} is provided. */
  readonly provide: InjectionToken<UsersRepository>;
  /** Under which token the {@link RevocationStore} is provided. @defaultValue none is */
  readonly provideRevocations?: InjectionToken<RevocationStore> | undefined;
  /** Under which token the {@link RefreshLedger} is provided. @defaultValue none is */
  readonly provideLedger?: InjectionToken<RefreshLedger> | undefined;
  /** Under which token the {@link SessionStore} is provided. @defaultValue none is */
  readonly provideSessions?: InjectionToken<SessionStore> | undefined;
  /** The name of the module; people of another realm in the same tables are other people. */
  readonly realm: string;
  /** A subclass of {@link CotterUserBase}. @defaultValue {@link CotterUser} */
  readonly userEntity?: Type<CotterAccount> | undefined;
  /** Name of the DataSource, as given to `TypeOrmModule.forRoot`. @defaultValue the default one */
  readonly dataSource?: string | undefined;
  /** Whether PostgreSQL is to prepare statements by name. @defaultValue true */
  readonly prepareStatements?: boolean | undefined;
}

/** An adapter, and the entities that it needs beside the users. */
interface Adapter {
  readonly provide: InjectionToken | undefined;
  readonly entities: readonly Type<object>[];
  readonly create: (dataSource: DataSource) => object;
}

/** Gives a `CotterModule` its {@link UsersRepository}, and the stores that it asks for, over the application's TypeORM DataSource. */
@Module({})
export class CotterTypeOrmModule {
  static register(options: CotterTypeOrmOptions): DynamicModule {
    const { userEntity = CotterUser, dataSource: name, prepareStatements = true } = options;
    assertExtendsBase(userEntity);
    const adapters = adaptersOf(options, userEntity).filter(isAskedFor);
    const owned = adapters.flatMap(({ entities }) => entities);
    // For `autoLoadEntities`. The module that this returns is not imported: where the DataSource is missing, Nest would speak of its
    // repositories, before anything here could tell what is wrong.
    TypeOrmModule.forFeature([userEntity, ...owned], name);
    const providers = adapters.map(({ provide, create }) => ({
      provide,
      inject: [{ token: getDataSourceToken(name), optional: true }],
      useFactory: (dataSource?: DataSource) => {
        assertHasTables(dataSource, userEntity, owned, name);
        if (!prepareStatements) prepareNoStatements(dataSource);
        return create(dataSource);
      },
    }));
    return { module: CotterTypeOrmModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}

function adaptersOf(options: CotterTypeOrmOptions, userEntity: Type<CotterUserBase>): readonly Adapter[] {
  const { provide, provideRevocations, provideLedger, provideSessions, realm } = options;
  return [
    {
      provide,
      entities: [CotterUserIdentity],
      create: (dataSource) => new TypeOrmUsersRepository(dataSource, userEntity, realm),
    },
    {
      provide: provideRevocations,
      entities: [CotterRevocation],
      create: (dataSource) => new TypeOrmRevocationStore(dataSource, realm),
    },
    {
      provide: provideLedger,
      entities: [CotterRefreshToken],
      create: (dataSource) => new TypeOrmRefreshLedger(dataSource, realm),
    },
    {
      provide: provideSessions,
      entities: [CotterSession, CotterUsedName],
      create: (dataSource) => new TypeOrmSessionStore(dataSource, realm),
    },
  ];
}

function isAskedFor(adapter: Adapter): adapter is Adapter & { readonly provide: InjectionToken } {
  return adapter.provide !== undefined;
}

function assertExtendsBase(userEntity: Type<CotterAccount>): asserts userEntity is Type<CotterUserBase> {
  if (userEntity.prototype instanceof CotterUserBase) return;
  throw new CotterConfigurationError(
    'userEntity',
    `${userEntity.name} must extend CotterUserBase of nestjs-cotter/typeorm`,
  );
}

function assertHasTables(
  dataSource: DataSource | undefined,
  userEntity: new () => CotterUserBase,
  owned: readonly (new () => object)[],
  name: string | undefined,
): asserts dataSource is DataSource {
  if (dataSource === undefined) {
    const call = name === undefined ? 'TypeOrmModule.forRoot({ ... })' : `TypeOrmModule.forRoot({ ... }, '${name}')`;
    throw new CotterConfigurationError(
      'dataSource',
      `there is no ${name === undefined ? 'default DataSource' : `DataSource named "${name}"`}; add ${call} to the application, ` +
        'or keep users elsewhere by the option users',
    );
  }
  // One that the application opens by itself (manualInitialization) knows its tables later.
  if (!dataSource.isInitialized) return;
  const missing = owned.find((entity) => !dataSource.hasMetadata(entity));
  if (missing !== undefined) {
    throw new CotterConfigurationError(
      'dataSource',
      `the entity ${missing.name} must be among its entities; ${REMEDY}`,
    );
  }
  if (!dataSource.hasMetadata(userEntity)) {
    throw new CotterConfigurationError(
      'userEntity',
      `${userEntity.name} must be among the entities of the DataSource; ${REMEDY}`,
    );
  }
  if (!hasUniqueIdentifier(dataSource.getMetadata(userEntity))) {
    throw new CotterConfigurationError(
      'userEntity',
      `${userEntity.name} must extend CotterUserBase of nestjs-cotter/typeorm`,
    );
  }
}

const REMEDY = 'list it, or set autoLoadEntities: true';

/** One account an identifier is what everything stands on. */
function hasUniqueIdentifier({ uniques, indices }: EntityMetadata): boolean {
  return [...uniques, ...indices.filter((index) => index.isUnique)].some(
    ({ columns }) =>
      columns
        .map((column) => column.propertyName)
        .sort()
        .join() === 'identifier,realm',
  );
}
