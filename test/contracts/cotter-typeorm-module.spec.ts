import { Test } from '@nestjs/testing';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import {
  CotterModule,
  MemoryRefreshLedger,
  MemoryRevocationStore,
  MemorySessionStore,
  RefreshLedger,
  RevocationStore,
  SessionStore,
  UsersRepository,
  type CotterForRootOptions,
} from 'nestjs-cotter';
import {
  CotterEntities,
  CotterRefreshToken,
  CotterRevocation,
  CotterSession,
  CotterUser,
  CotterUserBase,
  CotterUserIdentity,
  TypeOrmUsersRepository,
} from 'nestjs-cotter/typeorm';
import { DataSource, Entity, PrimaryColumn, type MixedList } from 'typeorm';

@Entity('boot_user')
class BootUser extends CotterUserBase {}

/** Looks like a user to TypeScript, and has no unique identifier. */
@Entity('loose_user')
class LooseUser implements CotterUserBase {
  @PrimaryColumn({ type: 'varchar' })
  id!: string;
  realm!: string;
  identifier!: string;
  identifierType!: CotterUserBase['identifierType'];
  createdAt!: Date;
  lastLoginAt!: Date;
  lastAuthenticationMethod!: string | null;
  disabledAt!: Date | null;
}

const SESSIONS = {
  publicUrl: 'http://localhost:3000',
  session: { mode: 'server', encryptionKeys: ['a key of the test, of at least 32 characters'] },
} as const satisfies Partial<CotterForRootOptions>;

interface Database {
  readonly name?: string;
  readonly entities?: MixedList<new () => object>;
  readonly autoLoadEntities?: boolean;
}

describe('a CotterModule with users in TypeORM', () => {
  async function boot(extras: Partial<CotterForRootOptions>, ...databases: Database[]) {
    const moduleRef = await Test.createTestingModule({
      imports: [
        ...databases.map((database) =>
          TypeOrmModule.forRoot({ type: 'sqljs', synchronize: true, retryAttempts: 1, ...database }),
        ),
        CotterModule.forRoot({ apiKeyId: 'key', ...extras }),
      ],
    }).compile();
    return moduleRef.init();
  }

  it('keeps them in the default DataSource', async () => {
    const app = await boot({}, { entities: CotterEntities });
    const users = app.get(UsersRepository, { strict: false });
    expect(await users.findByIdentifier('ann@example.com')).toBeNull();
    await app.close();
  });

  it('registers its entities where they are loaded automatically', async () => {
    const app = await boot({ userEntity: BootUser }, { autoLoadEntities: true });
    expect(app.get(DataSource).hasMetadata(BootUser)).toBe(true);
    await app.close();
  });

  it('keeps all else beside them, and registers the entities of what it is asked for', async () => {
    // The entities that load automatically are known by the name of the DataSource, for the whole process.
    const tablesOf = async (dataSource: string, extras: Partial<CotterForRootOptions>): Promise<string[]> => {
      const app = await boot({ ...extras, dataSource }, { entities: [] }, { name: dataSource, autoLoadEntities: true });
      const stores = [RevocationStore, RefreshLedger, ...(extras.session === undefined ? [] : [SessionStore])];
      const names = stores.map((store) => app.get(store, { strict: false }).constructor.name);
      const { entityMetadatas } = app.get<DataSource>(getDataSourceToken(dataSource), { strict: false });
      await app.close();
      return [...entityMetadatas.map(({ tableName }) => tableName), ...names].sort();
    };
    const always = [
      ...['cotter_user', 'cotter_user_identity', 'cotter_revocation', 'cotter_refresh_token'],
      ...['TypeOrmRevocationStore', 'TypeOrmRefreshLedger'],
    ];
    await expect(tablesOf('bearers', {})).resolves.toEqual([...always].sort());
    await expect(tablesOf('visitors', SESSIONS)).resolves.toEqual(
      [...always, 'cotter_session', 'cotter_used_name', 'TypeOrmSessionStore'].sort(),
    );
    const elsewhere = {
      revocationStore: { useFactory: () => new MemoryRevocationStore() },
      refreshLedger: { useValue: new MemoryRefreshLedger() },
      session: { ...SESSIONS.session, store: { useValue: new MemorySessionStore() } },
    };
    await expect(tablesOf('people', { ...SESSIONS, ...elsewhere })).resolves.toEqual(
      [
        ...['cotter_user', 'cotter_user_identity'],
        ...['MemoryRevocationStore', 'MemoryRefreshLedger', 'MemorySessionStore'],
      ].sort(),
    );
  });

  it('keeps them in the DataSource that is named', async () => {
    const app = await boot({ dataSource: 'people' }, { entities: [] }, { name: 'people', entities: CotterEntities });
    const users = app.get(UsersRepository, { strict: false });
    expect(await users.findByIdentifier('ann@example.com')).toBeNull();
    await app.close();
  });

  it.each<[string, Partial<CotterForRootOptions>, Database[], RegExp]>([
    ['there is no DataSource', {}, [], /^dataSource: there is no default DataSource; add TypeOrmModule\.forRoot/],
    [
      'there is none of that name',
      { dataSource: 'people' },
      [{ entities: CotterEntities }],
      /^dataSource: there is no DataSource named "people"; add TypeOrmModule\.forRoot\(\{ \.\.\. \}, 'people'\)/,
    ],
    [
      'the pairs have no table',
      {},
      [{ entities: [CotterUser] }],
      /^dataSource: the entity CotterUserIdentity must be among/,
    ],
    [
      'the revocations have no table',
      {},
      [{ entities: [CotterUser, CotterUserIdentity] }],
      /^dataSource: the entity CotterRevocation must be among/,
    ],
    [
      'the refresh tokens have no table',
      {},
      [{ entities: [CotterUser, CotterUserIdentity, CotterRevocation] }],
      /^dataSource: the entity CotterRefreshToken must be among/,
    ],
    [
      'the sessions have no table',
      SESSIONS,
      [{ entities: [CotterUser, CotterUserIdentity, CotterRevocation, CotterRefreshToken] }],
      /^dataSource: the entity CotterSession must be among/,
    ],
    [
      'names that were used have no table',
      SESSIONS,
      [{ entities: [CotterUser, CotterUserIdentity, CotterRevocation, CotterRefreshToken, CotterSession] }],
      /^dataSource: the entity CotterUsedName must be among/,
    ],
    [
      'the users have no table',
      { userEntity: BootUser },
      [{ entities: CotterEntities }],
      /^userEntity: BootUser must be among/,
    ],
    [
      'the user entity is not one',
      { userEntity: LooseUser },
      [{ entities: [LooseUser, CotterUserIdentity, CotterRevocation] }],
      /^userEntity: LooseUser must extend CotterUserBase/,
    ],
  ])('does not start where %s', async (_, extras, databases, message) => {
    await expect(boot(extras, ...databases)).rejects.toMatchObject({
      code: 'invalid_configuration',
      message: expect.stringMatching(message),
    });
  });

  it('has a name that fits into its column', () => {
    const dataSource = new DataSource({ type: 'sqljs', entities: CotterEntities });
    expect(() => new TypeOrmUsersRepository(dataSource, CotterUser, 'n'.repeat(64))).not.toThrow();
    expect(() => new TypeOrmUsersRepository(dataSource, CotterUser, 'n'.repeat(65))).toThrow(
      /^name: must have at most 64 characters/,
    );
  });
});
