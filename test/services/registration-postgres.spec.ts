import type { NewAccount } from 'nestjs-cotter';
import { CotterUserBase, CotterUserIdentity, epochMillis, TypeOrmUsersRepository } from 'nestjs-cotter/typeorm';
import {
  BeforeInsert,
  Column,
  CreateDateColumn,
  DataSource,
  DefaultNamingStrategy,
  DeleteDateColumn,
  Entity,
  EventSubscriber,
  Generated,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  QueryFailedError,
  UpdateDateColumn,
  VersionColumn,
  type DataSourceOptions,
  type EntitySubscriberInterface,
  type Logger,
} from 'typeorm';

import { person } from '../contracts/typeorm-users.suite.js';
import { createServerDatabase, findServerUrl } from './database.js';

class Address {
  @Column({ type: 'varchar', length: 80, nullable: true })
  city!: string | null;

  @Column({ type: 'varchar', length: 2, default: 'UA' })
  country!: string;
}

/** Nothing but columns, of as many kinds as an application may have. */
@Entity('customer')
class Customer extends CotterUserBase {
  @Column({ type: 'varchar', length: 8, default: 'member' })
  role!: string;

  @Column({ type: 'varchar', length: 20, nullable: true, unique: true })
  badge!: string | null;

  @Column({ type: 'varchar', length: 20, nullable: true, select: false })
  secret!: string | null;

  @Column({ type: 'varchar', length: 20, nullable: true, insert: false })
  reviewedBy!: string | null;

  @Column({ type: 'bigint', nullable: true, transformer: epochMillis, name: 'accepted_terms_at' })
  acceptedTermsAt!: Date | null;

  @Column({
    type: 'varchar',
    transformer: { to: (value?: string) => value ?? 'by the transformer', from: (value: string) => value },
  })
  origin!: string;

  @Column({ type: 'timestamptz', nullable: true })
  bornAt!: Date | null;

  @Column({ type: 'date', nullable: true })
  day!: string | null;

  @Column({ type: 'jsonb', default: {} })
  preferences!: object;

  @Column({ type: 'json', nullable: true })
  raw!: unknown;

  @Column({ type: 'text', array: true, default: [] })
  tags!: string[];

  @Column({ type: 'enum', enum: ['small', 'large'], default: 'small' })
  size!: string;

  @Column({ type: 'simple-array', nullable: true })
  list!: string[] | null;

  @Column({ type: 'numeric', precision: 10, scale: 2, nullable: true })
  balance!: string | null;

  @Column({ type: 'boolean', default: true })
  isSubscribed!: boolean;

  @Column({ type: 'bytea', nullable: true })
  picture!: Buffer | null;

  @Column({ type: 'uuid' })
  @Generated('uuid')
  reference!: string;

  @Column({ type: 'int' })
  @Generated('increment')
  number!: number;

  @Column(() => Address)
  address!: Address;

  @CreateDateColumn()
  insertedAt!: Date;

  @UpdateDateColumn()
  updatedAt!: Date;

  @DeleteDateColumn()
  deletedAt!: Date | null;

  motto = 'from the constructor';

  @OneToMany('Order', 'customer')
  orders!: object[];
}

@Entity('customer_order')
class Order {
  @PrimaryColumn({ type: 'int' })
  id!: number;

  @ManyToOne(() => Customer, 'orders')
  customer!: Customer;
}

@Entity('greeted')
class Greeted extends CotterUserBase {
  @Column({ type: 'varchar', nullable: true })
  greeting!: string | null;

  @BeforeInsert()
  greet(): void {
    this.greeting = 'hello';
  }
}

@Entity('versioned')
class Versioned extends CotterUserBase {
  @VersionColumn()
  version!: number;
}

@Entity('generated')
class WithGenerated extends CotterUserBase {
  @Column({ type: 'varchar', generatedType: 'STORED', asExpression: 'upper("identifier")' })
  loud!: string;
}

@Entity('employee')
class Employee extends CotterUserBase {
  @ManyToOne(() => Employee, { nullable: true })
  boss!: Employee | null;
}

/** What a subscriber sees: it makes TypeORM do the insert. */
@EventSubscriber()
class Watcher implements EntitySubscriberInterface {
  static readonly seen: unknown[] = [];

  afterInsert({ entity }: { entity: unknown }): void {
    Watcher.seen.push(entity);
  }
}

/** Counts what goes to the database. */
class CountingLogger implements Logger {
  statements: string[] = [];
  errors = 0;

  logQuery(query: string): void {
    this.statements.push(query);
  }

  logQueryError(): void {
    this.errors++;
  }

  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}

class SpacedNames extends DefaultNamingStrategy {
  override columnName(propertyName: string, customName: string, prefixes: string[]): string {
    return `The ${super.columnName(propertyName, customName, prefixes)}`;
  }
}

const url = findServerUrl('TEST_POSTGRES_URL');
const described = url === null ? describe.skip : describe;

described('registration in one statement, on PostgreSQL', () => {
  let database: Awaited<ReturnType<typeof createServerDatabase>>;
  const opened: DataSource[] = [];
  const logger = new CountingLogger();

  beforeAll(async () => {
    database = await createServerDatabase(url ?? '');
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    for (const dataSource of opened.splice(0)) await dataSource.destroy();
  });

  async function open(entities: (new () => object)[], more: object = {}): Promise<DataSource> {
    const own = { entities: [...entities, CotterUserIdentity], synchronize: true, logging: true, logger };
    const options = { ...database.options, ...own, ...more } as DataSourceOptions;
    const dataSource = await new DataSource(options).initialize();
    opened.push(dataSource);
    logger.statements = [];
    logger.errors = 0;
    return dataSource;
  }

  async function repositoryOf<T extends CotterUserBase>(
    entity: new () => T,
    realm: string,
    more?: object,
  ): Promise<{ users: TypeOrmUsersRepository<T>; dataSource: DataSource }> {
    const dataSource = await open(entity === (Customer as unknown) ? [Customer, Order] : [entity], more);
    return { users: new TypeOrmUsersRepository(dataSource, entity, realm), dataSource };
  }

  it('takes one statement for a new person', async () => {
    const { users } = await repositoryOf(Customer, 'one');
    expect(await users.register(person('ann'))).toMatchObject({ outcome: 'created' });
    expect(logger.statements).toHaveLength(1);
  });

  it('tells a person and an identifier that are known from new ones without a transaction, and without an error', async () => {
    const { users, dataSource } = await repositoryOf(Customer, 'known');
    await users.register(person('ann'));
    logger.statements = [];
    expect(await users.register(person('ann'))).toMatchObject({ outcome: 'known' });
    expect(await users.register({ ...person('bob'), identifier: person('ann').identifier })).toEqual({
      outcome: 'identifier_taken',
    });
    expect(logger.errors).toBe(0);
    expect(logger.statements.filter((text) => text.includes('TRANSACTION'))).toEqual([]);
    expect(await dataSource.getRepository(CotterUserIdentity).countBy({ realm: 'known' })).toBe(1);
  });

  const everything = {
    role: 'admin',
    secret: 's',
    reviewedBy: 'nobody yet',
    acceptedTermsAt: new Date(7),
    bornAt: new Date('1990-05-06T07:08:09.123Z'),
    day: '1990-05-06',
    preferences: { theme: 'dark', nested: [1, null, "it's"] },
    raw: ['a', { b: 1 }],
    tags: ['x', 'y,z', '"q"'],
    size: 'large',
    list: ['a', 'b'],
    balance: '12.50',
    isSubscribed: false,
    picture: Buffer.from([0, 1, 255]),
    reference: '0b8f0f5e-6f0a-4b7b-9a53-0f3d2a1c4e5d',
    number: 4711,
    address: { city: 'Kyiv' },
    unknown: 'left out',
  };
  const nothing = Object.fromEntries(
    ['secret', 'bornAt', 'day', 'raw', 'list', 'balance', 'picture', 'acceptedTermsAt'].map((name) => [name, null]),
  );
  const absent = Object.fromEntries(Object.keys(everything).map((name) => [name, undefined]));

  it.each([
    ['no value', {}],
    ['undefined values', absent],
    ['nulls', nothing],
    ['every value', everything],
  ])('writes what TypeORM writes, and gives what it reads: %s', async (name, columns) => {
    const rows: Customer[] = [];
    for (const subscribers of [[], [Watcher]]) {
      const realm = `${name} ${String(subscribers.length)}`;
      const { users, dataSource } = await repositoryOf(Customer, realm, { subscribers });
      const registration = await users.register({ ...person('ann'), columns });
      expect(logger.statements.length === 1).toBe(subscribers.length === 0);
      if (registration.outcome !== 'created') throw new Error(registration.outcome);
      expect(registration.account).toBeInstanceOf(Customer);
      expect(registration.account).toEqual(await users.findByPair(person('ann').pair));
      expect(registration.account).not.toHaveProperty('secret');
      const query = dataSource.getRepository(Customer).createQueryBuilder('c').addSelect('c.secret');
      rows.push(await query.where({ realm }).getOneOrFail());
    }
    const [byStatement, byTypeOrm] = rows.map((row) => ({
      ...row,
      // These differ from row to row, and are there.
      ...{ id: row.id.length, realm: null, number: typeof row.number, reference: row.reference.length },
      ...{ insertedAt: row.insertedAt instanceof Date, updatedAt: row.updatedAt instanceof Date },
    }));
    expect(byStatement).toEqual(byTypeOrm);
    expect(Watcher.seen.splice(0)).not.toHaveLength(0);
  });

  it('keeps to names and schemas of the application', async () => {
    const administration = await open([]);
    await administration.query('CREATE SCHEMA "the app"');
    const { users } = await repositoryOf(Customer, 'names', { schema: 'the app', namingStrategy: new SpacedNames() });
    const registration = await users.register({ ...person('ann'), columns: everything });
    expect(logger.statements).toEqual([expect.stringContaining('INSERT INTO "the app"."customer" ("The id"')]);
    if (registration.outcome !== 'created') throw new Error(registration.outcome);
    expect(registration.account).toEqual(await users.findByPair(person('ann').pair));
    expect(registration.account).toMatchObject({ role: 'admin', address: { city: 'Kyiv' } });
  });

  it.each([
    ['a listener', Greeted, { greeting: 'hello' }],
    ['a relation', Employee, { identifier: 'ann@example.com' }],
    ['a version', Versioned, { version: 1 }],
    ['a generated column', WithGenerated, { loud: 'ANN@EXAMPLE.COM' }],
  ])('leaves a user entity with %s to TypeORM', async (_, entity, expected) => {
    const { users } = await repositoryOf<CotterUserBase>(entity, 'left');
    expect(await users.register(person('ann'))).toMatchObject({ outcome: 'created', account: expected });
    expect(logger.statements.length).toBeGreaterThan(1);
  });

  it('leaves an expression of SQL to TypeORM', async () => {
    const { users } = await repositoryOf(Customer, 'expression');
    const columns = { role: () => "lower('ADMIN')" };
    expect(await users.register({ ...person('ann'), columns })).toMatchObject({ account: { role: 'admin' } });
  });

  it('leaves data that the database refuses to the application, and writes nothing', async () => {
    const { users, dataSource } = await repositoryOf(Customer, 'refused');
    await users.register({ ...person('ann'), columns: { badge: 'B1' } });
    for (const columns of [{ badge: 'B1' }, { role: 'much too long' }, { role: null }, { size: 'medium' }]) {
      const attempt = users.register({ ...person('bob'), columns });
      await expect(attempt).rejects.toThrow(QueryFailedError);
    }
    expect(await dataSource.getRepository(Customer).countBy({ realm: 'refused' })).toBe(1);
    expect(await dataSource.getRepository(CotterUserIdentity).countBy({ realm: 'refused' })).toBe(1);
    expect(await users.register(person('bob'))).toMatchObject({ outcome: 'created' });
  });

  it.each(['read committed', 'repeatable read', 'serializable'])(
    'makes one account of a hundred racing logins in databases whose transactions are %s by default',
    async (isolation) => {
      const extra = { options: `-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`, max: 10 };
      const { users, dataSource } = await repositoryOf(Customer, isolation, { extra });
      expect(await dataSource.query('SHOW transaction_isolation')).toEqual([{ transaction_isolation: isolation }]);
      const racing = Array.from({ length: 100 }, (_, n) => users.register(n % 2 ? person('ann') : also('ann', n)));
      const outcomes = await Promise.all(racing);
      expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
      expect(outcomes.filter(({ outcome }) => outcome === 'known')).toHaveLength(99);
      expect(await dataSource.getRepository(Customer).countBy({ realm: isolation })).toBe(1);
      expect(await dataSource.getRepository(CotterUserIdentity).countBy({ realm: isolation })).toBe(1);
    },
  );

  it('makes one account where statements race with transactions', async () => {
    const { users: swift, dataSource } = await repositoryOf(Customer, 'mixed');
    const { users: slow } = await repositoryOf(Customer, 'mixed', { subscribers: [Watcher] });
    for (let round = 0; round < 10; round++) {
      const name = `p${String(round)}`;
      const racing = Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? swift : slow).register(n % 4 > 1 ? person(name) : also(name, n)),
      );
      const outcomes = await Promise.all(racing);
      expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
      expect(outcomes.filter(({ outcome }) => outcome === 'known')).toHaveLength(19);
    }
    expect(await dataSource.getRepository(Customer).countBy({ realm: 'mixed' })).toBe(10);
    expect(await dataSource.getRepository(CotterUserIdentity).countBy({ realm: 'mixed' })).toBe(10);
    Watcher.seen.splice(0);
  });
});

/** The same person, by another address. */
function also(name: string, n: number): NewAccount {
  return { ...person(name), identifier: { type: 'EMAIL', value: `${name}.${String(n)}@example.com` } };
}
