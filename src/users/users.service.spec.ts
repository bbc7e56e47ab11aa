import { resolveOptions } from '../cotter.options.resolver.js';
import { MemoryRevocationStore } from '../revocation/memory-revocation.store.js';
import { RevocationService } from '../revocation/revocation.service.js';
import type { AccountStanding, CotterAccount, IdentityPair, LoginRecord, NewAccount } from './account.js';
import { LoginRecorder } from './login-recorder.js';
import { UsersRepository, type Registration } from './users.repository.js';
import { UsersService, type VerifiedPerson } from './users.service.js';

/** The port, kept in two maps. */
class MemoryUsersRepository extends UsersRepository {
  readonly accounts = new Map<string, CotterAccount>();
  readonly pairs = new Map<string, string>();
  readonly recorded: LoginRecord[] = [];
  /** Runs between a look-up and what follows it: the place of a race. */
  afterLookUp: () => void = () => undefined;
  /** Runs between a lock and what follows it: the place of another race. */
  afterLock: () => Promise<void> = () => Promise.resolve();

  override findByPair(pair: IdentityPair): Promise<CotterAccount | null> {
    return Promise.resolve(this.accounts.get(this.pairs.get(keyOf(pair)) ?? '') ?? null);
  }

  override findByIdentifier(identifier: string): Promise<CotterAccount | null> {
    const found = [...this.accounts.values()].find((account) => account.identifier === identifier) ?? null;
    this.afterLookUp();
    return Promise.resolve(found);
  }

  override async register(account: NewAccount): Promise<Registration<CotterAccount>> {
    const known = await this.findByPair(account.pair);
    if (known !== null) return { outcome: 'known', account: known };
    if ([...this.accounts.values()].some(({ identifier }) => identifier === account.identifier.value)) {
      return { outcome: 'identifier_taken' };
    }
    const made = createAccount(String(this.accounts.size + 1), account);
    this.accounts.set(made.id, made);
    this.pairs.set(keyOf(account.pair), made.id);
    return { outcome: 'created', account: made };
  }

  override attachPair(accountId: string, pair: IdentityPair): Promise<CotterAccount> {
    if (!this.pairs.has(keyOf(pair))) this.pairs.set(keyOf(pair), accountId);
    const account = this.accounts.get(this.pairs.get(keyOf(pair)) ?? '');
    return account === undefined ? Promise.reject(new Error('no such account')) : Promise.resolve(account);
  }

  override changeIdentifier(accountId: string, identifier: NewAccount['identifier']): Promise<CotterAccount | null> {
    const account = this.accounts.get(accountId);
    const taken = [...this.accounts.values()].some((other) => other.identifier === identifier.value);
    if (account === undefined || taken) return Promise.resolve(null);
    account.identifier = identifier.value;
    account.identifierType = identifier.type;
    return Promise.resolve(account);
  }

  override async setDisabled(accountId: string, disabledAt: Date | null): Promise<CotterAccount> {
    const account = this.accounts.get(accountId);
    if (account === undefined) throw new Error('no such account');
    account.disabledAt = disabledAt;
    await this.afterLock();
    return account;
  }

  override getStanding(accountId: string): Promise<AccountStanding> {
    const pairs = [...this.pairs].filter(([, id]) => id === accountId).map(([key]) => JSON.parse(key) as string[]);
    return Promise.resolve({
      disabledAt: this.accounts.get(accountId)?.disabledAt ?? null,
      pairs: pairs.map(([issuer = '', subject = '']) => ({ issuer, subject })),
    });
  }

  override recordLogins(logins: readonly LoginRecord[]): Promise<void> {
    this.recorded.push(...logins);
    return Promise.resolve();
  }
}

function keyOf({ issuer, subject }: IdentityPair): string {
  return JSON.stringify([issuer, subject]);
}

function createAccount(id: string, { identifier, at, authenticationMethod }: NewAccount): CotterAccount {
  return {
    id,
    identifier: identifier.value,
    identifierType: identifier.type,
    createdAt: at,
    lastLoginAt: at,
    lastAuthenticationMethod: authenticationMethod,
    disabledAt: null,
  };
}

function person(subject: string, identifier: string | null, issuer = 'i'): VerifiedPerson {
  return { pair: { issuer, subject }, identifier, authenticationMethod: 'OTP', at: new Date(0) };
}

const admitted = (): Promise<Record<string, unknown>> => Promise.resolve({});

function setUp({ linkByIdentifier = true } = {}): {
  users: UsersService;
  repository: MemoryUsersRepository;
  revocations: RevocationService;
} {
  const repository = new MemoryUsersRepository();
  const trust = [{ issuer: 'another issuer', jwksUri: 'https://a.example', linkByIdentifier }];
  const resolved = resolveOptions({ apiKeyId: 'key', issuer: 'i', linkByIdentifier, trust }, 'cotter');
  const revocations = new RevocationService(resolved, new MemoryRevocationStore());
  const users = new UsersService(resolved, repository, new LoginRecorder(repository), revocations);
  return { repository, revocations, users };
}

describe('a person who signs in', () => {
  it('is registered under the normal form of the verified identifier, and known from then on', async () => {
    const { users } = setUp();
    const first = await users.findOrRegister(person('s', 'Ann@Example.COM'), admitted);
    expect(first).toMatchObject({ created: true, account: { identifier: 'ann@example.com', identifierType: 'EMAIL' } });
    const second = await users.findOrRegister(person('s', 'ann@example.com'), admitted);
    expect(second).toMatchObject({ created: false, account: { id: first.account.id } });
  });

  it('is known by the pair even when the tokens carry no identifier any more', async () => {
    const { users } = setUp();
    const { account } = await users.findOrRegister(person('s', 'ann@example.com'), admitted);
    expect(await users.findOrRegister(person('s', null), admitted)).toMatchObject({
      created: false,
      account: { id: account.id },
    });
    await expect(users.findOrRegister(person('stranger', null), admitted)).rejects.toMatchObject({
      code: 'identity_missing',
    });
  });

  it('comes back through another issuer into the same account', async () => {
    const { users } = setUp();
    const { account } = await users.findOrRegister(person('s', '+49 151 23456789'), admitted);
    const other = person('x', '+4915123456789', 'another issuer');
    expect(await users.findOrRegister(other, admitted)).toMatchObject({ created: false, account: { id: account.id } });
    expect(await users.findByPrincipal(other.pair)).toMatchObject({ id: account.id });
  });

  it('does not, where linking is off', async () => {
    const { users } = setUp({ linkByIdentifier: false });
    await users.findOrRegister(person('s', 'ann@example.com'), admitted);
    await expect(users.findOrRegister(person('x', 'ann@example.com'), admitted)).rejects.toMatchObject({
      code: 'identifier_taken',
    });
  });

  it('never gets into an account by a user name', async () => {
    const { users } = setUp();
    await users.findOrRegister(person('s', 'ann'), admitted);
    await expect(users.findOrRegister(person('x', 'ann'), admitted)).rejects.toMatchObject({
      code: 'identifier_taken',
    });
  });

  it('is not shut out by a request of their own that registers them at the same moment', async () => {
    const { users, repository } = setUp({ linkByIdentifier: false });
    const me = person('s', 'ann@example.com');
    await repository.register({ ...me, identifier: { type: 'EMAIL', value: 'ann@example.com' }, columns: {} });
    const pairs = new Map(repository.pairs);
    repository.pairs.clear();
    repository.afterLookUp = () => {
      for (const [key, id] of pairs) repository.pairs.set(key, id);
    };
    expect(await users.findOrRegister(me, admitted)).toMatchObject({ created: false, account: { id: '1' } });
  });

  it('ends in one account where somebody else takes the identifier between look-up and registration', async () => {
    const { users, repository } = setUp();
    let raced = false;
    repository.afterLookUp = () => {
      if (raced) return;
      raced = true;
      void repository.register({
        ...person('rival', null),
        identifier: { type: 'EMAIL', value: 'ann@example.com' },
        columns: {},
      });
    };
    const { account, created } = await users.findOrRegister(person('s', 'ann@example.com'), admitted);
    expect({ created, id: account.id, accounts: repository.accounts.size }).toEqual({
      created: false,
      id: '1',
      accounts: 1,
    });
  });

  it('ends in the account that has the identifier where the application admits everybody, too', async () => {
    const { users, repository } = setUp();
    const { account } = await users.findOrRegister(person('s', 'ann@example.com'), null);
    expect(await users.findOrRegister(person('s', 'ann@example.com'), null)).toMatchObject({ created: false });
    const other = person('x', 'ann@example.com', 'another issuer');
    expect(await users.findOrRegister(other, null)).toMatchObject({ created: false, account: { id: account.id } });
    expect(repository.accounts.size).toBe(1);
  });

  it('is refused an identifier of somebody else where the application admits everybody, too', async () => {
    const { users } = setUp({ linkByIdentifier: false });
    await users.findOrRegister(person('s', 'ann@example.com'), null);
    await expect(users.findOrRegister(person('x', 'ann@example.com'), null)).rejects.toMatchObject({
      code: 'identifier_taken',
    });
  });

  it('is told to come back where the identifier changes hands faster than it can be looked at', async () => {
    const { users, repository } = setUp();
    let looks = 0;
    repository.register = () => Promise.resolve({ outcome: 'identifier_taken' });
    repository.findByIdentifier = () => {
      looks++;
      return Promise.resolve(null);
    };
    await expect(users.findOrRegister(person('s', 'ann@example.com'), null)).rejects.toMatchObject({
      code: 'store_unavailable',
      retryAfterSeconds: 1,
    });
    expect(looks).toBe(3);
  });

  it('is not registered where the application does not admit them', async () => {
    const { users, repository } = setUp();
    const refuse = (): Promise<never> => Promise.reject(new Error('not here'));
    await expect(users.findOrRegister(person('s', 'ann@example.com'), refuse)).rejects.toThrow('not here');
    expect(repository.accounts.size).toBe(0);
  });

  it('whose identifier has no normal form is refused, unless they are known', async () => {
    const { users } = setUp();
    await expect(users.findOrRegister(person('s', 'ann\u200b@example.com'), admitted)).rejects.toMatchObject({
      code: 'invalid_identifier',
    });
    const { account } = await users.findOrRegister(person('s', 'ann@example.com'), admitted);
    expect(await users.findOrRegister(person('s', 'ann\u200b@example.com'), admitted)).toMatchObject({
      account: { id: account.id },
    });
  });
});

describe('an identifier that changed at the issuer', () => {
  it('follows at the next login', async () => {
    const { users } = setUp();
    const { account } = await users.findOrRegister(person('s', 'ann@example.com'), admitted);
    expect(await users.findOrRegister(person('s', 'ann@new.example'), admitted)).toMatchObject({
      account: { id: account.id, identifier: 'ann@new.example' },
      conflict: null,
    });
  });

  it('stays as it was where another account has the new one, and says so', async () => {
    const { users } = setUp();
    await users.findOrRegister(person('other', 'bob@example.com'), admitted);
    await users.findOrRegister(person('s', 'ann@example.com'), admitted);
    expect(await users.findOrRegister(person('s', 'bob@example.com'), admitted)).toMatchObject({
      account: { identifier: 'ann@example.com' },
      created: false,
      conflict: { type: 'EMAIL', value: 'bob@example.com' },
    });
  });
});

describe('the caller of a guarded route', () => {
  it('has an account, or none, or is refused for having none', async () => {
    const { users } = setUp();
    const pair = { issuer: 'i', subject: 's' };
    expect(await users.findByPrincipal(pair)).toBeNull();
    await expect(users.getByPrincipal(pair)).rejects.toMatchObject({ code: 'not_registered' });
    await users.findOrRegister(person('s', 'ann@example.com'), admitted);
    expect(await users.getByPrincipal(pair)).toMatchObject({ identifier: 'ann@example.com' });
  });
});

describe('a person who is disabled', () => {
  const ann = person('ann', 'ann@example.com');
  const refusal = { code: 'account_disabled' };

  it('is refused by every subject, until they are enabled', async () => {
    const { users, revocations } = setUp();
    const { account } = await users.findOrRegister(ann, admitted);
    const other = person('x', 'ann@example.com', 'another issuer');
    await users.findOrRegister(other, admitted);
    expect(await users.disable(account)).toMatchObject({ id: account.id, disabledAt: expect.any(Date) });
    for (const one of [ann, other]) {
      expect(revocations.isDisabled(one.pair)).toBe(true);
      await expect(users.findOrRegister(one, admitted)).rejects.toMatchObject(refusal);
    }
    expect(await users.enable(account)).toMatchObject({ id: account.id, disabledAt: null });
    for (const one of [ann, other]) {
      expect(revocations.isDisabled(one.pair)).toBe(false);
      expect(await users.findOrRegister(one, admitted)).toMatchObject({ account: { id: account.id } });
    }
  });

  it('does not come back through a new subject with the same address, which is disabled with them', async () => {
    const { users, revocations } = setUp();
    const { account } = await users.findOrRegister(ann, admitted);
    await users.disable(account);
    const anew = person('new subject', 'Ann@Example.com');
    await expect(users.findOrRegister(anew, admitted)).rejects.toMatchObject(refusal);
    expect(revocations.isDisabled(anew.pair)).toBe(true);
    await users.enable(account);
    expect(revocations.isDisabled(anew.pair)).toBe(false);
  });

  it.each([
    ['is asked', admitted],
    ['admits everybody', null],
  ])(
    'does not slip in by a subject that is linked while they are disabled, where the application %s',
    async (_, admit) => {
      const { users, repository, revocations } = setUp();
      const { account } = await users.findOrRegister(ann, admit);
      const anew = person('new subject', 'ann@example.com');
      repository.afterLookUp = () => {
        repository.afterLookUp = () => undefined;
        void users.disable(account);
      };
      await expect(users.findOrRegister(anew, admit)).rejects.toMatchObject(refusal);
      expect(revocations.isDisabled(anew.pair)).toBe(true);
      expect(revocations.isDisabled(ann.pair)).toBe(true);
    },
  );

  it('stands as the account says, where one disables and another enables at once', async () => {
    const { users, repository, revocations } = setUp();
    const { account } = await users.findOrRegister(ann, admitted);
    repository.afterLock = async () => {
      repository.afterLock = () => Promise.resolve();
      await users.enable(account);
    };
    await users.disable(account);
    expect(account.disabledAt).toBeNull();
    expect(revocations.isDisabled(ann.pair)).toBe(false);
  });
});
