import {
  BeforeInsert,
  Column,
  CreateDateColumn,
  DataSource,
  Entity,
  PrimaryColumn,
  VersionColumn,
  type EntitySubscriberInterface,
} from 'typeorm';

import { insertUnlessPresent } from '../../src/typeorm/insert-unless-present.js';
import { PlainInsertion } from '../../src/typeorm/plain-insertion.js';

const AT = new Date(1_800_000_000_000);

class Address {
  @Column({ type: 'varchar', nullable: true })
  street!: string | null;
}

@Entity('every_kind')
class EveryKind {
  @PrimaryColumn({ type: 'varchar' })
  id!: string;

  @Column({ type: 'varchar', unique: true, name: 'under_score' })
  unique!: string;

  @Column({ type: 'boolean' })
  boolean!: boolean;

  @Column({ type: 'datetime' })
  datetime!: Date;

  @Column({ type: 'simple-json' })
  json!: object;

  @Column({ type: 'simple-array' })
  array!: string[];

  @Column({ type: 'blob' })
  blob!: Buffer;

  @Column({ type: 'bigint', transformer: { to: (date: Date) => date.getTime(), from: Number } })
  transformed!: Date;

  @Column({ type: 'integer', default: 7 })
  defaulted!: number;

  @Column({ type: 'varchar', nullable: true })
  nullable!: string | null;

  @Column({ type: 'varchar', insert: false, nullable: true })
  neverInserted!: string | null;

  @Column(() => Address)
  address!: Address;

  @CreateDateColumn()
  createdAt!: Date;
}

@Entity('made_up')
class MadeUp {
  @PrimaryColumn({ type: 'varchar' })
  id!: string;

  @Column({ type: 'varchar', generated: 'uuid' })
  token!: string;
}

@Entity('versioned')
class Versioned {
  @PrimaryColumn({ type: 'varchar' })
  id!: string;

  @VersionColumn()
  version!: number;
}

@Entity('listening')
class Listening {
  @PrimaryColumn({ type: 'varchar' })
  id!: string;

  @Column({ type: 'varchar', nullable: true })
  heard!: string | null;

  @BeforeInsert()
  hear(): void {
    this.heard = 'yes';
  }
}

function everyKind(id: string): Partial<EveryKind> {
  return {
    id,
    unique: `unique ${id}`,
    boolean: true,
    datetime: AT,
    json: { a: [1, null] },
    array: ['a', 'b'],
    blob: Buffer.from([0, 255]),
    transformed: AT,
    neverInserted: 'never',
    address: { street: 'Elm' },
  };
}

let dataSource: DataSource;

beforeEach(async () => {
  const entities = [EveryKind, MadeUp, Versioned, Listening];
  dataSource = await new DataSource({ type: 'sqljs', entities, synchronize: true }).initialize();
});

afterEach(async () => {
  await dataSource.destroy();
});

async function rowsOf(table: string): Promise<Record<string, unknown>[]> {
  return dataSource.query<Record<string, unknown>[]>(`SELECT * FROM ${table} ORDER BY id`);
}

function plainOf(entity: new () => object): PlainInsertion | null {
  return PlainInsertion.findFor(dataSource, dataSource.getMetadata(entity));
}

describe('an insertion by a plain statement', () => {
  it('writes what TypeORM would write, whatever the kinds of the columns', async () => {
    await dataSource.getRepository(EveryKind).insert({ ...everyKind('a'), json: { a: [1, null] } });
    expect(plainOf(EveryKind)?.assign(everyKind('b'))).not.toBeNull();
    await insertUnlessPresent(dataSource.manager, EveryKind, everyKind('b'));
    const [theirs, ours] = await rowsOf('every_kind');
    expect({ ...ours, createdAt: null }).toEqual({
      ...theirs,
      id: 'b',
      under_score: 'unique b',
      createdAt: null,
    });
    expect(ours?.['createdAt']).toEqual(expect.any(String));
    expect(ours).toMatchObject({ defaulted: 7, nullable: null, neverInserted: null, boolean: 1, addressStreet: 'Elm' });
  });

  it('does nothing where a unique key is taken, and fails where anything else is wrong', async () => {
    await insertUnlessPresent(dataSource.manager, EveryKind, everyKind('a'));
    await insertUnlessPresent(dataSource.manager, EveryKind, { ...everyKind('a'), unique: 'another' });
    await insertUnlessPresent(dataSource.manager, EveryKind, { ...everyKind('b'), unique: 'unique a' });
    expect((await rowsOf('every_kind')).map(({ id, under_score }) => [id, under_score])).toEqual([['a', 'unique a']]);
    const incomplete: Partial<EveryKind> = { ...everyKind('c') };
    delete incomplete.boolean;
    await expect(insertUnlessPresent(dataSource.manager, EveryKind, incomplete)).rejects.toThrow(/NOT NULL/);
    expect(await rowsOf('every_kind')).toHaveLength(1);
  });

  it('is left to TypeORM for values that only TypeORM can write', async () => {
    const plain = plainOf(EveryKind);
    expect(plain?.assign({ ...everyKind('a'), unique: () => "'of SQL'" })).toBeNull();
    expect(plain?.assign({ ...everyKind('a'), nullable: AT })).toBeNull();
    await insertUnlessPresent(dataSource.manager, EveryKind, { ...everyKind('a'), unique: () => "'of ' || 'SQL'" });
    expect(await rowsOf('every_kind')).toMatchObject([{ under_score: 'of SQL' }]);

    expect(plainOf(MadeUp)?.assign({ id: 'a' })).toBeNull();
    expect(plainOf(MadeUp)?.assign({ id: 'a', token: 'given' })).not.toBeNull();
    await insertUnlessPresent(dataSource.manager, MadeUp, { id: 'a' });
    expect(await rowsOf('made_up')).toEqual([{ id: 'a', token: expect.stringMatching(/^[0-9a-f-]{36}$/) as string }]);
  });

  it('is left to TypeORM for entities that want more than their columns', async () => {
    expect([plainOf(Versioned), plainOf(Listening)]).toEqual([null, null]);
    await insertUnlessPresent(dataSource.manager, Versioned, { id: 'a' });
    expect(await rowsOf('versioned')).toEqual([{ id: 'a', version: 1 }]);
    await insertUnlessPresent(dataSource.manager, Listening, dataSource.manager.create(Listening, { id: 'a' }));
    expect(await rowsOf('listening')).toEqual([{ id: 'a', heard: 'yes' }]);
  });

  it('is left to TypeORM where somebody subscribes to insertions', async () => {
    const heard: unknown[] = [];
    const subscriber: EntitySubscriberInterface = { beforeInsert: ({ entity }) => void heard.push(entity) };
    dataSource.subscribers.push(subscriber);
    expect(plainOf(EveryKind)).toBeNull();
    await insertUnlessPresent(dataSource.manager, EveryKind, everyKind('a'));
    expect(heard).toMatchObject([{ id: 'a' }]);
  });
});
