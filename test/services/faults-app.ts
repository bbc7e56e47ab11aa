import 'reflect-metadata';

import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Redis } from 'ioredis';

import { openDatabase, parseDatabaseUrl } from '../../src/app/database.js';
import {
  CotterAuthGuard,
  CotterModule,
  CurrentUser,
  SessionStore,
  UsersService,
  type CotterForRootOptions,
  type CotterPrincipal,
} from '../../src/index.js';
import { RedisRefreshLedger, RedisRevocationStore, RedisSessionStore } from '../../src/redis/index.js';
import { CotterEntities, CotterMigrations } from '../../src/typeorm/index.js';

/** What a process is told at its start. */
export interface FaultsTask {
  readonly databaseUrl: string;
  /** Where sessions, refresh tokens and revocations are kept; `null` for the database. */
  readonly redisUrl: string | null;
  readonly options: CotterForRootOptions;
}

/** What a process is told later, each with an answer. */
export type FaultsOrder =
  /** Sets the clock of the module. */
  | { readonly order: 'clock'; readonly offsetMs: number }
  /** Goes no further where the renewed tokens of this session would be written: what waits for that waits for ever. */
  | { readonly order: 'stand still'; readonly handle: string }
  /** Locks a person out. */
  | { readonly order: 'disable'; readonly subject: string };

/** What a process says. */
export type FaultsWord =
  /** It listens. */
  | { readonly url: string }
  /** An order is carried out, or is not. */
  | { readonly done: number; readonly error: string }
  | { readonly done: number }
  /** It stands still at this session. */
  | { readonly stands: string };

@UseGuards(CotterAuthGuard)
@Controller('guarded')
class GuardedController {
  @Get()
  guarded(@CurrentUser() { subject, tokenId, sessionHandle }: CotterPrincipal) {
    return { subject, tokenId, sessionHandle };
  }
}

const say = (word: FaultsWord): void => void process.send?.(word);

const task = JSON.parse(process.argv[2] ?? '') as FaultsTask;
let offsetMs = 0;

/** As an application connects that knows nothing better. */
function storesIn(redisUrl: string): Pick<CotterForRootOptions, 'refreshLedger' | 'revocationStore'> & {
  sessionStore: RedisSessionStore;
} {
  const redis = new Redis(redisUrl);
  redis.on('error', () => undefined);
  return {
    refreshLedger: { useValue: new RedisRefreshLedger(redis) },
    revocationStore: { useValue: new RedisRevocationStore(redis) },
    sessionStore: new RedisSessionStore(redis),
  };
}

function createModule({ databaseUrl, redisUrl, options }: FaultsTask) {
  const { sessionStore, ...stores } = redisUrl === null ? { sessionStore: undefined } : storesIn(redisUrl);
  const { session } = options;
  if (session === undefined) throw new Error('a task has sessions');
  const database = { ...parseDatabaseUrl(databaseUrl), entities: CotterEntities, migrations: CotterMigrations };
  @Module({
    imports: [
      TypeOrmModule.forRootAsync({ useFactory: () => database, dataSourceFactory: () => openDatabase(database) }),
      CotterModule.forRoot({
        ...options,
        ...stores,
        session: { ...session, ...(sessionStore === undefined ? {} : { store: { useValue: sessionStore } }) },
        clock: () => Date.now() + offsetMs,
      }),
    ],
    controllers: [GuardedController],
  })
  class FaultsModule {}
  return FaultsModule;
}

const app = await NestFactory.create(createModule(task), { logger: false });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');

async function obey(order: FaultsOrder): Promise<void> {
  switch (order.order) {
    case 'clock':
      offsetMs = order.offsetMs;
      return;
    case 'stand still': {
      const store = app.get(SessionStore);
      const replaceTokens = store.replaceTokens.bind(store);
      store.replaceTokens = (handle, ...rest) =>
        handle === order.handle
          ? new Promise(() => {
              say({ stands: handle });
            })
          : replaceTokens(handle, ...rest);
      return;
    }
    case 'disable': {
      const users = app.get(UsersService);
      await users.disable(await users.getByPrincipal({ issuer: String(task.options.issuer), subject: order.subject }));
    }
  }
}

process.on('message', ({ id, ...order }: FaultsOrder & { id: number }) => {
  obey(order).then(
    () => {
      say({ done: id });
    },
    (error: unknown) => {
      say({ done: id, error: String(error) });
    },
  );
});
// Whoever has started it is gone.
process.on('disconnect', () => process.exit(1));
say({ url: await app.getUrl() });
