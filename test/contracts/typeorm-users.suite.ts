import type { CotterAccount, NewAccount, Registration } from 'nestjs-cotter';
import {
  CotterEntities,
  CotterMigrations,
  CotterUser,
  CotterUserBase,
  CotterUserIdentity,
  epochMillis,
  TypeOrmUsersRepository,
} from 'nestjs-cotter/typeorm';
import {
  AfterLoad,
  BeforeInsert,
  Column,
  DataSource,
  Entity,
  ManyToOne,
  PrimaryColumn,
  QueryFailedError,
  UpdateDateColumn,
  type MixedList,
} from 'typeorm';

import type { Engine, TestDatabase } from './typeorm-users.fixture.js';

class Address {
  @Column({ type: 'varchar', length: 80, nullable: true })
  city!: string | null;
}

/** What an application may add: a default, a transformer, another column name, a unique column, a listener, an embedded object. */
@Entity('app_user')
class AppUser extends CotterUserBase {
  @Column({ type: 'varchar', length: 8, default: 'member' })
  role!: string;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis, name: 'accepted_terms_at' })
  acceptedTermsAt!: Date | null;

  @Column({ type: 'varchar', length: 20, nullable: true, unique: true })
  badge!: string | null;

  @Column({ type: 'varchar', length: 20, nullable: true, select: false })
  secret!: string | null;

  @Column({ type: 'varchar', length: 20 })
  greeting!: string;

  @Column(() => Address)
  address!: Address;

  @UpdateDateColumn()
  updatedAt!: Date;

  @BeforeInsert()
  greet(): void {
    this.greeting = `Hello ${this.identifierType}`;
  }
}

@Entity('app_team')
class Team {
  @PrimaryColumn({ type: 'varchar', length: 20 })
  name!: string;
}

/** What cannot be read by its columns alone. */
@Entity('app_member')
class Member extends CotterUserBase {
  @ManyToOne(() => Team, { eager: true, nullable: true })
  team!: Team | null;

  shout = '';

  @AfterLoad()
  loaded(): void {
    this.shout = this.identifier.toUpperCase();
  }
}

type Tables = MixedList<new () => object>;

/** Declares the tests of what the TypeORM adapter does beyond its port. */
export function describeTypeOrmUsers(engine: Engine): void {
  describe(`the TypeORM adapter on ${engine.name}`, () => {
    const opened: { dataSource: DataSource; database: TestDatabase }[] = [];

    async function open(entities: Tables, settings: { synchronize: boolean }): Promise<DataSource> {
      const database = await engine.createDatabase('utf8mb4_bin');
      const dataSource = new DataSource({
        ...database.options,
        entities,
        migrations: CotterMigrations,
        synchronize: settings.synchronize,
      });
      opened.push({ dataSource, database });
      return dataSource.initialize();
    }

    afterEach(async () => {
      for (const { dataSource, database } of opened.splice(0)) {
        if (dataSource.isInitialized) await dataSource.destroy();
        await database.drop();
      }
    });

    describe('with a user entity of the application', () => {
      async function openAppUsers(): Promise<{ users: TypeOrmUsersRepository<AppUser>; dataSource: DataSource }> {
        const dataSource = await open([AppUser, CotterUserIdentity], { synchronize: true });
        return { users: new TypeOrmUsersRepository(dataSource, AppUser, 'cotter'), dataSource };
      }

      it('inherits the unique identifier', async () => {
        const { dataSource, users } = await openAppUsers();
        const { account } = created(await users.register(person('ann')));
        const copy = { ...account, id: 'another', badge: null };
        await expect(dataSource.getRepository(AppUser).insert(copy)).rejects.toThrow(QueryFailedError);
      });

      it('writes and reads its own columns', async () => {
        const { users } = await openAppUsers();
        const columns = {
          role: 'admin',
          acceptedTermsAt: new Date(7),
          badge: 'B1',
          secret: 's',
          address: { city: 'Kyiv' },
        };
        const { account } = created(await users.register({ ...person('ann'), columns }));
        const expected = {
          role: 'admin',
          acceptedTermsAt: new Date(7),
          badge: 'B1',
          greeting: 'Hello EMAIL',
          address: { city: 'Kyiv' },
        };
        expect(account).toMatchObject(expected);
        expect(account).toBeInstanceOf(AppUser);
        expect(account.address).toBeInstanceOf(Address);
        expect(account.updatedAt).toBeInstanceOf(Date);
        const found = await users.findByPair(person('ann').pair);
        expect(found).toEqual(account);
        expect(found).not.toHaveProperty('secret');
        expect(await users.findByIdentifier('ann@example.com')).toEqual(account);
      });

      it('reads what TypeORM itself reads', async () => {
        const { users, dataSource } = await openAppUsers();
        await users.register(person('ann'));
        const own = await dataSource.getRepository(AppUser).findOneByOrFail({ identifier: 'ann@example.com' });
        expect(await users.findByPair(person('ann').pair)).toEqual(own);
        expect(own).toMatchObject({ role: 'member', acceptedTermsAt: null });
      });

      it('finds nobody by a pair that somebody has pointed at an account of another realm', async () => {
        const { users, dataSource } = await openAppUsers();
        await users.register(person('ann'));
        await dataSource.getRepository(AppUser).update({ realm: 'cotter' }, { realm: 'elsewhere' });
        expect(await users.findByPair(person('ann').pair)).toBeNull();
        expect(await users.register(person('ann'))).toMatchObject({ outcome: 'created', account: { realm: 'cotter' } });
      });

      it('does not let columns of the application stand in for those of the module', async () => {
        const { users } = await openAppUsers();
        const columns = { id: 'mine', identifier: 'eve@example.com', realm: 'elsewhere', createdAt: new Date(0) };
        const { account } = created(await users.register({ ...person('ann'), columns }));
        expect(account).toMatchObject({ identifier: 'ann@example.com', realm: 'cotter', createdAt: person('ann').at });
        expect(account.id).toHaveLength(36);
      });

      it('leaves data that the database refuses to the application, and writes nothing', async () => {
        const { users, dataSource } = await openAppUsers();
        await users.register({ ...person('ann'), columns: { badge: 'B1' } });
        const attempt = users.register({ ...person('bob'), columns: { badge: 'B1' } });
        await expect(attempt).rejects.toThrow(QueryFailedError);
        expect(await dataSource.getRepository(AppUser).count()).toBe(1);
        expect(await users.findByPair(person('bob').pair)).toBeNull();
        expect(await dataSource.getRepository(CotterUserIdentity).count()).toBe(1);
        expect(await users.register(person('bob'))).toMatchObject({ outcome: 'created' });
      });

      it('notes logins without calling the row changed', async () => {
        const { users } = await openAppUsers();
        const { account } = created(await users.register(person('ann')));
        await users.recordLogins([
          { accountId: account.id, at: new Date(account.lastLoginAt.getTime() + 1), authenticationMethod: 'X' },
        ]);
        const found = await users.findByPair(person('ann').pair);
        expect(found).toMatchObject({ lastAuthenticationMethod: 'X', updatedAt: account.updatedAt });
      });

      it('loads eager relations and calls listeners', async () => {
        const dataSource = await open([Member, Team, CotterUserIdentity], { synchronize: true });
        await dataSource.getRepository(Team).insert({ name: 'red' });
        const users = new TypeOrmUsersRepository(dataSource, Member, 'cotter');
        const { account } = created(await users.register({ ...person('ann'), columns: { team: { name: 'red' } } }));
        const expected = { team: { name: 'red' }, shout: 'ANN@EXAMPLE.COM', createdAt: person('ann').at };
        expect(account).toMatchObject(expected);
        expect(await users.findByPair(person('ann').pair)).toMatchObject(expected);
        expect(await users.findByIdentifier('ann@example.com')).toMatchObject(expected);
        expect(await users.findByPair(person('bob').pair)).toBeNull();
      });
    });

    it('says that the store is unavailable when its DataSource is closed', async () => {
      const dataSource = await open(CotterEntities, { synchronize: true });
      const users = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
      await users.register(person('ann'));
      await dataSource.destroy();
      const unavailable = { code: 'store_unavailable', retryAfterSeconds: 5 };
      await expect(users.findByPair(person('ann').pair)).rejects.toMatchObject(unavailable);
      await expect(users.register(person('bob'))).rejects.toMatchObject(unavailable);
      await expect(users.recordLogins([])).rejects.toMatchObject(unavailable);
    });

    it('says that the store is unavailable when its tables are missing', async () => {
      const dataSource = await open(CotterEntities, { synchronize: false });
      const users = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
      await expect(users.findByPair(person('ann').pair)).rejects.toMatchObject({
        code: 'store_unavailable',
        cause: expect.any(QueryFailedError),
      });
      await expect(users.register(person('ann'))).rejects.toMatchObject({ code: 'store_unavailable' });
    });

    describe('migrations', () => {
      it('make the tables of the entities, take them back, and make them again', async () => {
        const dataSource = await open(CotterEntities, { synchronize: false });
        await dataSource.runMigrations();
        const difference = await dataSource.driver.createSchemaBuilder().log();
        expect(difference.upQueries.map(({ query }) => query)).toEqual([]);

        for (const _ of CotterMigrations) await dataSource.undoLastMigration();
        const runner = dataSource.createQueryRunner();
        for (const { tablePath } of dataSource.entityMetadatas) expect(await runner.hasTable(tablePath)).toBe(false);
        await runner.release();

        await dataSource.runMigrations();
        const users = new TypeOrmUsersRepository(dataSource, CotterUser, 'cotter');
        expect(await users.register(person('ann'))).toMatchObject({ outcome: 'created' });
      });
    });
  });
}

/** Somebody who registers. */
export function person(name: string): NewAccount {
  return {
    pair: { issuer: 'https://www.cotter.app', subject: name },
    identifier: { type: 'EMAIL', value: `${name}@example.com` },
    authenticationMethod: 'OTP',
    at: new Date(1_763_700_000_123),
    columns: {},
  };
}

function created<T extends CotterAccount>(registration: Registration<T>): { account: T } {
  if (registration.outcome !== 'created') throw new Error(`expected a new account, got ${registration.outcome}`);
  return registration;
}
