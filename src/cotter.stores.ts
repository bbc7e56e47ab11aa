import type { Abstract, DynamicModule, Provider } from '@nestjs/common';

import type { CotterModuleShape, PortProvider } from './cotter.module-definition.js';
import { CotterOptions } from './cotter.options.js';
import { CotterConfigurationError } from './errors/configuration.error.js';
import { MemoryRefreshLedger } from './renewal/memory-refresh-ledger.js';
import { RefreshLedger } from './renewal/refresh-ledger.js';
import { MemoryRevocationStore } from './revocation/memory-revocation.store.js';
import { RevocationStore } from './revocation/revocation.store.js';
import { MemorySessionStore } from './session/memory-session.store.js';
import { SessionStore } from './session/session.store.js';
import { UsersRepository } from './users/users.repository.js';

/** Under which token the TypeORM adapter of each port is found, where it is asked for. */
const TYPEORM = {
  users: Symbol('nestjs-cotter:typeorm-users'),
  revocations: Symbol('nestjs-cotter:typeorm-revocations'),
  ledger: Symbol('nestjs-cotter:typeorm-ledger'),
  sessions: Symbol('nestjs-cotter:typeorm-sessions'),
};

/** Where everything is kept: what the application gives, or else TypeORM, or else the memory of the process. */
export function storeProviders(shape: CotterModuleShape): Provider[] {
  const { users, revocationStore, refreshLedger, session } = shape;
  const provide = <Port>(
    port: Abstract<Port>,
    given: PortProvider<Port> | undefined,
    fallback: { readonly typeorm: symbol; readonly memory: (options: CotterOptions) => Port },
  ): Provider => {
    // Beside the users, where those are in a database: so it outlives the process, and other processes know.
    const own = users === undefined ? { useExisting: fallback.typeorm } : undefined;
    const chosen = given ?? own ?? { useFactory: fallback.memory, inject: [CotterOptions] };
    return { provide: port, ...chosen } as Provider;
  };
  return [
    usersProvider(users),
    provide(RevocationStore, revocationStore, {
      typeorm: TYPEORM.revocations,
      memory: ({ clock }) => new MemoryRevocationStore(clock),
    }),
    provide(RefreshLedger, refreshLedger, { typeorm: TYPEORM.ledger, memory: () => new MemoryRefreshLedger() }),
    ...(session === undefined
      ? []
      : [provide(SessionStore, session.store, { typeorm: TYPEORM.sessions, memory: () => new MemorySessionStore() })]),
  ];
}

/** The default module is global, and its users must not stand in for those of a module without: so there is something, always. */
function usersProvider(users: CotterModuleShape['users']): Provider {
  if (users === false) return { provide: UsersRepository, useValue: null };
  return { provide: UsersRepository, ...(users ?? { useExisting: TYPEORM.users }) } as Provider;
}

/** TypeORM is an optional peer, so it is loaded only where users are kept by it. */
export function typeOrmImports(shape: CotterModuleShape, realm: string): Promise<DynamicModule>[] {
  return shape.users === undefined ? [registerTypeOrm(shape, realm)] : [];
}

async function registerTypeOrm(shape: CotterModuleShape, realm: string): Promise<DynamicModule> {
  const { userEntity, dataSource, prepareStatements, revocationStore, refreshLedger, session } = shape;
  try {
    const { CotterTypeOrmModule } = await import('./typeorm/cotter-typeorm.module.js');
    return CotterTypeOrmModule.register({
      provide: TYPEORM.users,
      provideRevocations: revocationStore === undefined ? TYPEORM.revocations : undefined,
      provideLedger: refreshLedger === undefined ? TYPEORM.ledger : undefined,
      provideSessions: session !== undefined && session.store === undefined ? TYPEORM.sessions : undefined,
      realm,
      userEntity,
      dataSource,
      prepareStatements,
    });
  } catch (error) {
    if (!isMissingPackage(error)) throw error;
    throw new CotterConfigurationError(
      'users',
      'needs the packages typeorm and @nestjs/typeorm; install them, give a UsersRepository of your own, or set users: false',
      { cause: error },
    );
  }
}

function isMissingPackage(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')
  );
}
