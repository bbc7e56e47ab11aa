import { MemorySessionStore } from 'nestjs-cotter';
import { CotterEntities, CotterSession, CotterUser, TypeOrmSessionStore } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import { describeSessionStore, sessionOf } from './session-store.contract.js';
import { openTypeOrmSessions } from './session-store.fixture.js';
import { sqliteFile, sqlJs, whyBetterSqlite3IsMissing } from './sqlite-engines.js';

describeSessionStore('memory', () => {
  const stores = new Map<string, MemorySessionStore>();
  return Promise.resolve({
    isSwept: true,
    stores: (realm) => {
      const store = stores.get(realm) ?? new MemorySessionStore();
      stores.set(realm, store);
      return [store] as const;
    },
    close: () => Promise.resolve(),
  });
});

describeSessionStore(sqlJs.name, () => openTypeOrmSessions(sqlJs));

const missing = whyBetterSqlite3IsMissing();
if (missing === null) {
  describeSessionStore(sqliteFile.name, () => openTypeOrmSessions(sqliteFile));
} else {
  process.stdout.write(`The tests on better-sqlite3 are left out, since it cannot be loaded: ${missing}\n`);
}

describe('the session store in TypeORM', () => {
  const options = { type: 'sqljs', synchronize: true } as const;

  it('says at once what the DataSource lacks', async () => {
    const dataSource = await new DataSource({ ...options, entities: [CotterUser] }).initialize();
    expect(() => new TypeOrmSessionStore(dataSource)).toThrow(/^session\.store: the entities CotterSession and/);
    await dataSource.destroy();
    const partial = await new DataSource({ ...options, entities: [CotterSession] }).initialize();
    expect(() => new TypeOrmSessionStore(partial)).toThrow(/^session\.store: the entities CotterSession and/);
    await partial.destroy();
    expect(() => new TypeOrmSessionStore(dataSource, 'n'.repeat(65))).toThrow(/^name: must have at most 64/);
  });

  it('is unavailable once its DataSource is closed', async () => {
    const dataSource = await new DataSource({ ...options, entities: CotterEntities }).initialize();
    const store = new TypeOrmSessionStore(dataSource);
    await dataSource.destroy();
    const unavailable = { code: 'store_unavailable', retryAfterSeconds: 5 };
    await expect(store.find('a')).rejects.toMatchObject(unavailable);
    await expect(store.insert(sessionOf('a'))).rejects.toMatchObject(unavailable);
    await expect(store.useOnce('a', 0, 1)).rejects.toMatchObject(unavailable);
    await expect(store.sweep(0)).rejects.toMatchObject(unavailable);
  });

  it('leaves out of a session what a column cannot hold and nobody needs', async () => {
    const dataSource = await new DataSource({ ...options, entities: CotterEntities }).initialize();
    const store = new TypeOrmSessionStore(dataSource);
    for (const text of ['x'.repeat(101), 'half of \ud83d', 'with \0']) {
      const session = sessionOf(text, { method: text, device: text });
      await store.insert(session);
      await expect(store.find(session.handle)).resolves.toEqual({ ...session, method: null, device: null });
    }
    await dataSource.destroy();
  });
});

describe('the session store in memory', () => {
  it('forgets the oldest, where there are too many', async () => {
    const store = new MemorySessionStore(2);
    const sessions = ['a', 'b', 'c'].map((id) => sessionOf(id));
    for (const session of sessions) await store.insert(session);
    expect(store.size).toBe(2);
    const found = await Promise.all(sessions.map(({ handle }) => store.find(handle)));
    expect(found).toEqual([null, sessions[1], sessions[2]]);
  });
});
