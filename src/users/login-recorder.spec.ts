import type { CotterAccount, LoginRecord } from './account.js';
import { LoginRecorder } from './login-recorder.js';
import { UsersRepository } from './users.repository.js';

/** Only the one verb of the port that the recorder uses. */
class Notes extends UsersRepository {
  readonly batches: (readonly LoginRecord[])[] = [];
  fails = false;

  override recordLogins(logins: readonly LoginRecord[]): Promise<void> {
    if (this.fails) return Promise.reject(new Error('the store is down'));
    this.batches.push(logins);
    return Promise.resolve();
  }

  override findByPair = unused;
  override findByIdentifier = unused;
  override register = unused;
  override attachPair = unused;
  override changeIdentifier = unused;
  override setDisabled = unused;
  override getStanding = unused;
}

function unused(): Promise<never> {
  return Promise.reject(new Error('not used here'));
}

function account(id: string): CotterAccount {
  return {
    id,
    identifier: `${id}@example.com`,
    identifierType: 'EMAIL',
    createdAt: new Date(0),
    lastLoginAt: new Date(0),
    lastAuthenticationMethod: null,
    disabledAt: null,
  };
}

describe('the last login', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('shows on the account at once, and is written within a second, one note an account', async () => {
    const notes = new Notes();
    const recorder = new LoginRecorder(notes);
    const ann = account('ann');
    recorder.note(ann, new Date(1), 'OTP');
    recorder.note(ann, new Date(2), 'WEBAUTHN');
    recorder.note(account('bob'), new Date(3), null);
    expect(ann).toMatchObject({ lastLoginAt: new Date(2), lastAuthenticationMethod: 'WEBAUTHN' });
    expect(notes.batches).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1000);
    expect(notes.batches).toEqual([
      [
        { accountId: 'ann', at: new Date(2), authenticationMethod: 'WEBAUTHN' },
        { accountId: 'bob', at: new Date(3), authenticationMethod: null },
      ],
    ]);
  });

  it('shows on an account that is read before it is written', () => {
    const recorder = new LoginRecorder(new Notes());
    recorder.note(account('ann'), new Date(5), 'OTP');
    const read = account('ann');
    recorder.applyTo(read);
    expect(read.lastLoginAt).toEqual(new Date(5));
  });

  it('is written at shutdown', async () => {
    const notes = new Notes();
    const recorder = new LoginRecorder(notes);
    recorder.note(account('ann'), new Date(1), 'OTP');
    await recorder.beforeApplicationShutdown();
    recorder.note(account('bob'), new Date(2), 'OTP');
    await recorder.onApplicationShutdown();
    expect(notes.batches.flat().map(({ accountId }) => accountId)).toEqual(['ann', 'bob']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits where the store is down, and does not overwrite what came later', async () => {
    const notes = new Notes();
    const recorder = new LoginRecorder(notes);
    notes.fails = true;
    recorder.note(account('ann'), new Date(1), 'OTP');
    recorder.note(account('bob'), new Date(1), 'OTP');
    const flushed = recorder.flush();
    recorder.note(account('ann'), new Date(9), 'OTP');
    await flushed;
    notes.fails = false;
    await jest.advanceTimersByTimeAsync(1000);
    expect(notes.batches.flat()).toEqual([
      { accountId: 'ann', at: new Date(9), authenticationMethod: 'OTP' },
      { accountId: 'bob', at: new Date(1), authenticationMethod: 'OTP' },
    ]);
  });
});
