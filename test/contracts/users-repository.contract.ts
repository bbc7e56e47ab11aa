import { randomUUID } from 'node:crypto';

import type { CotterAccount, IdentityPair, NewAccount, Registration, UsersRepository } from 'nestjs-cotter';

/** What the suite needs of an adapter. */
export interface UsersRepositoryFixture {
  /** Repositories over one store, as independent of each other as processes are. */
  repositories(realm: string): readonly [UsersRepository, ...UsersRepository[]];
  /** As an application would, behind the repository's back. */
  deleteAccount(id: string): Promise<void>;
  countAccounts(realm: string): Promise<number>;
  close(): Promise<void>;
}

const ISSUER = 'https://www.cotter.app';
const RACERS = 100;

/** Declares the tests that every {@link UsersRepository} has to pass. */
export function describeUsersRepository(name: string, open: () => Promise<UsersRepositoryFixture>): void {
  describe(`the users repository of ${name}`, () => {
    let fixture: UsersRepositoryFixture;
    let realm: string;
    let users: UsersRepository;

    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(() => fixture.close());
    beforeEach(() => {
      realm = randomUUID();
      [users] = fixture.repositories(realm);
    });

    /** One call for each of a hundred racers, spread over all repositories there are. */
    function race<T>(run: (repository: UsersRepository, racer: number) => Promise<T>): Promise<T[]> {
      const all = fixture.repositories(realm);
      return Promise.all(Array.from({ length: RACERS }, (_, racer) => run(all[racer % all.length] ?? users, racer)));
    }

    async function registered(subject: string, email: string): Promise<CotterAccount> {
      const registration = await users.register(person(subject, email));
      if (registration.outcome !== 'created') throw new Error(`expected a new account, got ${registration.outcome}`);
      return registration.account;
    }

    describe('finds', () => {
      it('nobody where nobody is', async () => {
        expect(await users.findByPair(pair('nobody'))).toBeNull();
        expect(await users.findByIdentifier('nobody@example.com')).toBeNull();
      });

      it('an account by its pair and by its identifier, with all of its values', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        const expected = {
          id,
          identifier: 'ann@example.com',
          identifierType: 'EMAIL',
          createdAt: new Date(1_763_700_000_123),
          lastLoginAt: new Date(1_763_700_000_123),
          lastAuthenticationMethod: 'OTP',
        };
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(await users.findByPair(pair('ann'))).toMatchObject(expected);
        expect(await users.findByIdentifier('ann@example.com')).toMatchObject(expected);
      });

      it('nobody by another issuer, subject or realm', async () => {
        await registered('ann', 'ann@example.com');
        expect(await users.findByPair(pair('bob'))).toBeNull();
        expect(await users.findByPair({ issuer: 'https://other.example', subject: 'ann' })).toBeNull();
        const [stranger] = fixture.repositories(randomUUID());
        expect(await stranger.findByPair(pair('ann'))).toBeNull();
        expect(await stranger.findByIdentifier('ann@example.com')).toBeNull();
      });
    });

    describe('registers', () => {
      it('a person once, however often it is asked', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        const again = await users.register(person('ann', 'ann@example.com'));
        expect(again).toMatchObject({ outcome: 'known', account: { id } });
      });

      it('a known person under a new identifier as the account that there is', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        const again = await users.register(person('ann', 'new@example.com'));
        expect(again).toMatchObject({ outcome: 'known', account: { id, identifier: 'ann@example.com' } });
        expect(await users.findByIdentifier('new@example.com')).toBeNull();
      });

      it('nobody under the identifier of somebody else, and writes nothing', async () => {
        await registered('ann', 'ann@example.com');
        expect(await users.register(person('bob', 'ann@example.com'))).toEqual({ outcome: 'identifier_taken' });
        expect(await users.findByPair(pair('bob'))).toBeNull();
        expect(await fixture.countAccounts(realm)).toBe(1);
      });

      it('the same person apart in two realms', async () => {
        const here = await registered('ann', 'ann@example.com');
        const [elsewhere] = fixture.repositories(randomUUID());
        const there = await elsewhere.register(person('ann', 'ann@example.com'));
        expect(there).toMatchObject({ outcome: 'created' });
        expect(accountOf(there).id).not.toBe(here.id);
      });

      it('one account where a hundred first logins of one person race', async () => {
        const outcomes = await race((repository) => repository.register(person('ann', 'ann@example.com')));
        expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
        expect(outcomes.filter(({ outcome }) => outcome === 'known')).toHaveLength(RACERS - 1);
        expect(new Set(outcomes.map((registration) => accountOf(registration).id)).size).toBe(1);
        expect(await fixture.countAccounts(realm)).toBe(1);
      });

      it('one account where a hundred people race for one identifier', async () => {
        const outcomes = await race((repository, racer) =>
          repository.register(person(`racer ${String(racer)}`, 'one@example.com')),
        );
        expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
        expect(outcomes.filter(({ outcome }) => outcome === 'identifier_taken')).toHaveLength(RACERS - 1);
        expect(await fixture.countAccounts(realm)).toBe(1);
      });

      it('one account where one person races under a hundred identifiers', async () => {
        const outcomes = await race((repository, racer) =>
          repository.register(person('ann', `ann${String(racer)}@example.com`)),
        );
        expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
        expect(outcomes.filter(({ outcome }) => outcome === 'known')).toHaveLength(RACERS - 1);
        expect(await fixture.countAccounts(realm)).toBe(1);
      });

      it('a hundred people at once as a hundred accounts', async () => {
        const outcomes = await race((repository, racer) =>
          repository.register(person(`p${String(racer)}`, `p${String(racer)}@example.com`)),
        );
        expect(outcomes.every(({ outcome }) => outcome === 'created')).toBe(true);
        expect(await fixture.countAccounts(realm)).toBe(RACERS);
      });

      it('a deleted person anew', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        await fixture.deleteAccount(id);
        expect(await users.findByPair(pair('ann'))).toBeNull();
        const again = await users.register(person('ann', 'ann@example.com'));
        expect(again).toMatchObject({ outcome: 'created' });
        expect(accountOf(again).id).not.toBe(id);
        expect(await users.findByPair(pair('ann'))).toMatchObject({ id: accountOf(again).id });
      });

      it('a deleted person anew as one account, where a hundred of their logins race', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        await fixture.deleteAccount(id);
        const outcomes = await race((repository) => repository.register(person('ann', 'ann@example.com')));
        expect(outcomes.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
        expect(new Set(outcomes.map((registration) => accountOf(registration).id)).size).toBe(1);
        expect(await fixture.countAccounts(realm)).toBe(1);
      });
    });

    describe('attaches', () => {
      it('another pair to an account', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        expect(await users.attachPair(id, pair('ann elsewhere'))).toMatchObject({ id });
        expect(await users.findByPair(pair('ann elsewhere'))).toMatchObject({ id });
        expect(await users.findByPair(pair('ann'))).toMatchObject({ id });
      });

      it('a pair that somebody has to nobody else', async () => {
        const ann = await registered('ann', 'ann@example.com');
        const bob = await registered('bob', 'bob@example.com');
        expect(await users.attachPair(bob.id, pair('ann'))).toMatchObject({ id: ann.id });
        expect(await users.findByPair(pair('ann'))).toMatchObject({ id: ann.id });
      });

      it('the pair of a deleted account', async () => {
        const ann = await registered('ann', 'ann@example.com');
        const bob = await registered('bob', 'bob@example.com');
        await fixture.deleteAccount(ann.id);
        expect(await users.attachPair(bob.id, pair('ann'))).toMatchObject({ id: bob.id });
      });

      it('nothing to an account that was deleted in the meantime', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        await fixture.deleteAccount(id);
        await expect(users.attachPair(id, pair('other'))).rejects.toMatchObject({ code: 'store_unavailable' });
        expect(await users.findByPair(pair('other'))).toBeNull();
      });

      it('a pair to one account where a hundred calls for two accounts race', async () => {
        const ann = await registered('ann', 'ann@example.com');
        const bob = await registered('bob', 'bob@example.com');
        const owners = await race((repository, racer) =>
          repository.attachPair(racer % 2 === 0 ? ann.id : bob.id, pair('disputed')),
        );
        const ids = new Set(owners.map(({ id }) => id));
        expect(ids.size).toBe(1);
        expect([ann.id, bob.id]).toContain([...ids][0]);
        expect(await users.findByPair(pair('disputed'))).toMatchObject({ id: [...ids][0] });
      });
    });

    describe('changes an identifier', () => {
      it('to a free one', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        const changed = await users.changeIdentifier(id, { type: 'PHONE', value: '+4915123456789' });
        expect(changed).toMatchObject({ id, identifier: '+4915123456789', identifierType: 'PHONE' });
        expect(await users.findByIdentifier('ann@example.com')).toBeNull();
        expect(await users.findByPair(pair('ann'))).toMatchObject({ id, identifier: '+4915123456789' });
      });

      it('not to that of another account', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        await registered('bob', 'bob@example.com');
        expect(await users.changeIdentifier(id, { type: 'EMAIL', value: 'bob@example.com' })).toBeNull();
        expect(await users.findByPair(pair('ann'))).toMatchObject({ identifier: 'ann@example.com' });
      });

      it('to that of an account in another realm', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        await fixture.repositories(randomUUID())[0].register(person('bob', 'bob@example.com'));
        expect(await users.changeIdentifier(id, { type: 'EMAIL', value: 'bob@example.com' })).toMatchObject({ id });
      });

      it('for one account where many race for the same', async () => {
        const accounts = await Promise.all(
          Array.from({ length: 10 }, (_, n) => registered(`p${String(n)}`, `p${String(n)}@example.com`)),
        );
        const changed = await race((repository, racer) =>
          repository.changeIdentifier(accounts[racer % 10]?.id ?? '', { type: 'EMAIL', value: 'wanted@example.com' }),
        );
        const winners = new Set(changed.filter((account) => account !== null).map(({ id }) => id));
        expect(winners.size).toBe(1);
        expect(await fixture.countAccounts(realm)).toBe(10);
      });

      it('not of an account that was deleted in the meantime', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        await fixture.deleteAccount(id);
        await expect(users.changeIdentifier(id, { type: 'EMAIL', value: 'new@example.com' })).rejects.toMatchObject({
          code: 'store_unavailable',
        });
      });
    });

    describe('disables', () => {
      it('an account, shows it wherever the account is found, and enables it again', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        expect(await users.findByPair(pair('ann'))).toMatchObject({ disabledAt: null });
        expect(await users.setDisabled(id, later(5))).toMatchObject({ id, disabledAt: later(5) });
        expect(await users.findByPair(pair('ann'))).toMatchObject({ disabledAt: later(5) });
        expect(await users.findByIdentifier('ann@example.com')).toMatchObject({ disabledAt: later(5) });
        expect(await users.attachPair(id, pair('ann elsewhere'))).toMatchObject({ disabledAt: later(5) });
        expect(await users.setDisabled(id, null)).toMatchObject({ id, disabledAt: null });
        expect(await users.findByPair(pair('ann'))).toMatchObject({ disabledAt: null });
      });

      it('nobody else, here or in another realm', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        await registered('bob', 'bob@example.com');
        await users.setDisabled(id, later(5));
        expect(await users.findByPair(pair('bob'))).toMatchObject({ disabledAt: null });
        const [elsewhere] = fixture.repositories(randomUUID());
        await expect(elsewhere.setDisabled(id, null)).rejects.toMatchObject({ code: 'store_unavailable' });
        expect(await users.findByPair(pair('ann'))).toMatchObject({ disabledAt: later(5) });
      });

      it('nobody who was deleted in the meantime', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        await fixture.deleteAccount(id);
        await expect(users.setDisabled(id, later(5))).rejects.toMatchObject({ code: 'store_unavailable' });
        await expect(users.getStanding(id)).rejects.toMatchObject({ code: 'store_unavailable' });
      });

      it('and tells every pair of an account, and none of another', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        await registered('bob', 'bob@example.com');
        expect(await users.getStanding(id)).toEqual({ disabledAt: null, pairs: [pair('ann')] });
        await users.attachPair(id, pair('ann elsewhere'));
        await users.setDisabled(id, later(5));
        const { disabledAt, pairs } = await users.getStanding(id);
        expect(disabledAt).toEqual(later(5));
        expect([...pairs].sort((a, b) => (a.subject < b.subject ? -1 : 1))).toEqual([
          pair('ann'),
          pair('ann elsewhere'),
        ]);
      });
    });

    describe('records logins', () => {
      it('of many people at once, and passes over those who are gone', async () => {
        const registrations = await race((repository, racer) =>
          repository.register(person(`p${String(racer)}`, `p${String(racer)}@example.com`)),
        );
        const ids = registrations.map((registration) => accountOf(registration).id);
        await fixture.deleteAccount(ids[0] ?? '');
        const login = (accountId: string, n: number) => ({
          accountId,
          at: later(n),
          authenticationMethod: `M${String(n)}`,
        });
        await users.recordLogins([...ids.map(login), login(randomUUID(), 0)]);
        for (const n of [1, 50, RACERS - 1]) {
          expect(await users.findByPair(pair(`p${String(n)}`))).toMatchObject({
            lastLoginAt: later(n),
            lastAuthenticationMethod: `M${String(n)}`,
            createdAt: new Date(1_763_700_000_123),
          });
        }
        expect(await users.findByPair(pair('p0'))).toBeNull();
      });

      it('never backwards, and keeps the method with its time', async () => {
        const { id: accountId } = await registered('ann', 'ann@example.com');
        await users.recordLogins([{ accountId, at: later(10), authenticationMethod: 'WEBAUTHN' }]);
        await users.recordLogins([{ accountId, at: later(9), authenticationMethod: 'OTP' }]);
        expect(await users.findByPair(pair('ann'))).toMatchObject({
          lastLoginAt: later(10),
          lastAuthenticationMethod: 'WEBAUTHN',
        });
        await users.recordLogins([{ accountId, at: later(11), authenticationMethod: null }]);
        expect(await users.findByPair(pair('ann'))).toMatchObject({
          lastLoginAt: later(11),
          lastAuthenticationMethod: null,
        });
      });

      it('of a hundred processes at once as the latest of them', async () => {
        const { id: accountId } = await registered('ann', 'ann@example.com');
        await race((repository, racer) =>
          repository.recordLogins([{ accountId, at: later(racer), authenticationMethod: `M${String(racer)}` }]),
        );
        expect(await users.findByPair(pair('ann'))).toMatchObject({
          lastLoginAt: later(RACERS - 1),
          lastAuthenticationMethod: `M${String(RACERS - 1)}`,
        });
      });

      it('of people of its own realm only', async () => {
        const { id: accountId } = await registered('ann', 'ann@example.com');
        const [elsewhere] = fixture.repositories(randomUUID());
        await elsewhere.recordLogins([{ accountId, at: later(1), authenticationMethod: 'OTHER' }]);
        expect(await users.findByPair(pair('ann'))).toMatchObject({ lastAuthenticationMethod: 'OTP' });
      });

      it('of nobody', async () => {
        await expect(users.recordLogins([])).resolves.toBeUndefined();
      });
    });

    describe('tells apart', () => {
      it.each([
        ['accents', 'josé@example.com', 'jose@example.com'],
        ['sharp s', 'straße@example.com', 'strasse@example.com'],
        ['case', 'Ann', 'ann'],
        ['scripts', 'аnn@example.com', 'ann@example.com'],
        ['emoji', '🍣@example.com', '🍺@example.com'],
      ])('identifiers that differ in %s', async (_, one, other) => {
        const first = await registered('one', one);
        expect(await users.findByIdentifier(other)).toBeNull();
        const second = await registered('other', other);
        expect(await users.findByIdentifier(one)).toMatchObject({ id: first.id, identifier: one });
        expect(await users.findByIdentifier(other)).toMatchObject({ id: second.id, identifier: other });
      });

      it.each([
        ['accents', 'josé', 'jose'],
        ['case', 'A', 'a'],
        ['emoji', '🍣', '🍺'],
      ])('subjects that differ in %s', async (_, one, other) => {
        const first = await registered(one, 'one@example.com');
        expect(await users.findByPair(pair(other))).toBeNull();
        const second = await registered(other, 'other@example.com');
        expect(await users.findByPair(pair(one))).toMatchObject({ id: first.id });
        expect(await users.findByPair(pair(other))).toMatchObject({ id: second.id });
      });

      it('a subject and the same with a space at its end, or refuses the latter', async () => {
        const { id } = await registered('ann', 'ann@example.com');
        expect(await users.findByPair(pair('ann '))).toBeNull();
        const attempt = await users.register(person('ann ', 'other@example.com')).catch((error: unknown) => error);
        if (attempt instanceof Error) expect(attempt).toMatchObject({ code: 'invalid_identifier' });
        else expect(attempt).toMatchObject({ outcome: 'created' });
        expect(await users.findByPair(pair('ann'))).toMatchObject({ id, identifier: 'ann@example.com' });
      });
    });

    describe('never cuts off', () => {
      const longest = 'x'.repeat(255);

      it('values of the greatest length', async () => {
        const email = `${'é'.repeat(308)}@example.com`;
        expect(email).toHaveLength(320);
        const { id } = await registered(longest, email);
        expect(await users.findByPair(pair(longest))).toMatchObject({ id, identifier: email });
        expect(await users.findByIdentifier(email)).toMatchObject({ id });
      });

      it.each([
        ['subject', { pair: pair(`${longest}x`) }],
        ['issuer', { pair: { issuer: `https://${longest}`, subject: 's' } }],
        ['identifier', { identifier: { type: 'EMAIL', value: `${'x'.repeat(309)}@example.com` } }],
        ['subject with NUL', { pair: pair('a\0b') }],
        ['subject with half a character', { pair: pair('a\ud83c') }],
      ] as const)('a %s that the store cannot hold', async (_, part) => {
        const account: NewAccount = { ...person('ann', 'ann@example.com'), ...part };
        await expect(users.register(account)).rejects.toMatchObject({ code: 'invalid_identifier' });
        expect(await users.findByPair(account.pair)).toBeNull();
        expect(await users.findByIdentifier(account.identifier.value)).toBeNull();
        expect(await fixture.countAccounts(realm)).toBe(0);
      });

      it('an authentication method: a name that is too long is left out', async () => {
        const account = { ...person('ann', 'ann@example.com'), authenticationMethod: 'M'.repeat(65) };
        const { account: created } = (await users.register(account)) as { account: CotterAccount };
        expect(created.lastAuthenticationMethod).toBeNull();
        await users.recordLogins([{ accountId: created.id, at: later(1), authenticationMethod: 'N\0' }]);
        expect(await users.findByPair(pair('ann'))).toMatchObject({
          lastLoginAt: later(1),
          lastAuthenticationMethod: null,
        });
      });
    });
  });
}

function pair(subject: string): IdentityPair {
  return { issuer: ISSUER, subject };
}

function person(subject: string, email: string): NewAccount {
  return {
    pair: pair(subject),
    identifier: { type: 'EMAIL', value: email },
    authenticationMethod: 'OTP',
    at: new Date(1_763_700_000_123),
    columns: {},
  };
}

function later(seconds: number): Date {
  return new Date(1_763_700_100_000 + seconds * 1000);
}

function accountOf(registration: Registration<CotterAccount>): CotterAccount {
  if (registration.outcome === 'identifier_taken') throw new Error('there is no account in this outcome');
  return registration.account;
}
