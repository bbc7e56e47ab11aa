import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CotterModule, UsersRepository, type CotterModuleExtras } from 'nestjs-cotter';
import {
  CotterEntities,
  CotterRevocation,
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

interface Database {
  readonly name?: string;
  readonly entities?: MixedList<new () => object>;
  readonly autoLoadEntities?: boolean;
}

describe('a CotterModule with users in TypeORM', () => {
  async function boot(extras: CotterModuleExtras, ...databases: Database[]) {
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

  it('keeps them in the DataSource that is named', async () => {
    const app = await boot({ dataSource: 'people' }, { entities: [] }, { name: 'people', entities: CotterEntities });
    const users = app.get(UsersRepository, { strict: false });
    expect(await users.findByIdentifier('ann@example.com')).toBeNull();
    await app.close();
  });

  it.each<[string, CotterModuleExtras, Database[], RegExp]>([
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
