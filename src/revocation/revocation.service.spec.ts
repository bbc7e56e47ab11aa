import { Logger } from '@nestjs/common';

import { resolveOptions } from '../cotter.options.resolver.js';
import { StoreUnavailableError } from '../errors/store.errors.js';
import type { CotterModuleOptions } from '../cotter.options.js';
import type { Revocation, Standing } from './revocation.js';
import { RevocationService } from './revocation.service.js';
import { RevocationStore, type RevocationFeed, type RevocationListener } from './revocation.store.js';

/** A store in the hands of a test. */
class ScriptedStore extends RevocationStore {
  listener: RevocationListener | null = null;
  readonly taken: (readonly Revocation[])[] = [];
  isDown = false;
  isClosed = false;

  override revoke(revocations: readonly Revocation[]): Promise<void> {
    if (this.isDown) return Promise.reject(new StoreUnavailableError(5));
    this.taken.push(revocations);
    return Promise.resolve();
  }

  override disable(): Promise<readonly Standing[]> {
    return this.isDown
      ? Promise.reject(new StoreUnavailableError(5))
      : Promise.resolve([{ kind: 'standing', issuer: 'i', subject: 's', disabled: true, revision: 2 }]);
  }

  override reinstate(): Promise<readonly Standing[]> {
    return Promise.resolve([{ kind: 'standing', issuer: 'i', subject: 's', disabled: false, revision: 3 }]);
  }

  override follow(listener: RevocationListener): RevocationFeed {
    this.listener = listener;
    return {
      close: () => {
        this.isClosed = true;
        return Promise.resolve();
      },
    };
  }
}

const pair = { issuer: 'i', subject: 's' };
const session = (handle: string) => ({ handle, issuer: 'i', subject: 'ann', startedAtMs: Number.MAX_SAFE_INTEGER });
const token = { ...pair, tokenId: 't', issuedAt: '1970-01-01T00:00:00.000Z', expiresAt: '1970-01-01T01:00:00.000Z' };

describe('the revocation service', () => {
  let store: ScriptedStore;
  let events: string[];
  let nowMs: number;

  beforeAll(() => {
    Logger.overrideLogger(false);
  });
  beforeEach(() => {
    jest.useFakeTimers();
    store = new ScriptedStore();
    events = [];
    nowMs = 500;
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  function create(revocation: CotterModuleOptions['revocation'] = {}): RevocationService {
    const told: CotterModuleOptions['events'] = {
      onRevocationsUnavailable: ({ error, since }) => events.push(`${error.message} since ${String(since.getTime())}`),
      onRevocationsCurrent() {
        events.push('current');
        throw new Error('a listener that fails');
      },
    };
    const options = resolveOptions({ apiKeyId: 'key', revocation, events: told, clock: () => nowMs }, 'cotter');
    return new RevocationService(options, store);
  }

  async function start(revocation: CotterModuleOptions['revocation'] = {}): Promise<RevocationService> {
    const service = create(revocation);
    const started = service.onModuleInit();
    store.listener?.current(performance.now());
    await started;
    return service;
  }

  it('lets an application start when it is known what is revoked, or clear that it cannot be', async () => {
    for (const signal of ['current', 'lost', 'silence'] as const) {
      const service = create();
      let started = false;
      const starting = service.onModuleInit().then(() => (started = true));
      await jest.advanceTimersByTimeAsync(4_900);
      expect(started).toBe(false);
      if (signal === 'current') store.listener?.current(performance.now());
      if (signal === 'lost') store.listener?.lost(new Error('down'));
      await jest.advanceTimersByTimeAsync(signal === 'silence' ? 200 : 0);
      expect(started).toBe(true);
      await starting;
      expect(service.state).toEqual(signal === 'current' ? { status: 'current' } : { status: 'stale', since: null });
      await service.onApplicationShutdown();
    }
  });

  it('keeps a token until its end and the tolerance, and a person for as long as their tokens can live', async () => {
    const service = await start({ maxTokenLifetimeSeconds: 600 });
    await service.revokeToken(token);
    await service.revokeSession('h', new Date(7_000));
    await service.revokeSubject(pair);
    await service.revokeSubject(pair, new Date(90_000));
    expect(store.taken).toEqual([
      [{ kind: 'token', issuer: 'i', tokenId: 't', untilMs: 3_605_000 }],
      [{ kind: 'session', handle: 'h', untilMs: 7_000 }],
      [{ kind: 'subject', ...pair, issuedBeforeMs: 500, untilMs: 605_500 }],
      [{ kind: 'subject', ...pair, issuedBeforeMs: 90_000, untilMs: 695_000 }],
    ]);
    expect([
      service.isRevoked(token),
      service.isSessionRevoked(session('h'), null),
      service.isSessionRevoked(session('i'), null),
    ]).toEqual([true, true, false]);
    await service.onApplicationShutdown();
  });

  it('says when the store did not take something, and does not act as if it had', async () => {
    const service = await start();
    store.isDown = true;
    await expect(service.revokeToken(token)).rejects.toThrow(StoreUnavailableError);
    await expect(service.disable([pair])).rejects.toThrow(StoreUnavailableError);
    expect([service.isRevoked(token), service.isDisabled(pair)]).toEqual([false, false]);
    store.isDown = false;
    await service.disable([pair]);
    expect(service.isRevoked(token)).toBe(true);
    await service.reinstate([pair]);
    expect(service.isRevoked(token)).toBe(false);
    await service.onApplicationShutdown();
  });

  it('asks no store where there is nothing to revoke', async () => {
    const service = await start();
    store.isDown = true;
    await Promise.all([service.revoke([]), service.disable([]), service.reinstate([])]);
    await service.onApplicationShutdown();
  });

  it('tells once that the store is out of reach, and once that it is back, whatever listeners do', async () => {
    const service = await start();
    await jest.advanceTimersByTimeAsync(1_500);
    nowMs += 1_500;
    for (const reason of ['down', 'still down']) store.listener?.lost(new Error(reason));
    expect(events).toEqual(['down since 500']);
    expect(service.state).toEqual({ status: 'stale', since: new Date(500) });
    for (let beat = 0; beat < 2; beat++) store.listener?.current(performance.now());
    expect(events).toEqual(['down since 500', 'current']);
    expect(service.state).toEqual({ status: 'current' });
    await service.onApplicationShutdown();
  });

  it('takes a feed that says nothing for lost', async () => {
    const service = await start();
    await jest.advanceTimersByTimeAsync(4_900);
    expect([events.length, service.state.status]).toEqual([0, 'current']);
    await jest.advanceTimersByTimeAsync(1_200);
    expect([events.length, service.state.status]).toEqual([1, 'stale']);
    await service.onApplicationShutdown();
  });

  it('goes by the last that it knew, and with failClosed answers nothing once that is too old', async () => {
    const [open, closed] = [await start(), await start({ failClosed: true })];
    await Promise.all([open.revokeToken(token), closed.revokeToken(token)]);
    store.listener?.lost(new Error('down'));
    await jest.advanceTimersByTimeAsync(5_000);
    expect([open.isRevoked(token), closed.isRevoked(token)]).toEqual([true, true]);
    await jest.advanceTimersByTimeAsync(1);
    expect([open.isRevoked(token), open.isRevoked({ ...token, tokenId: 'x' })]).toEqual([true, false]);
    const unavailable = expect.objectContaining({ code: 'revocations_unavailable', retryAfterSeconds: 5 }) as Error;
    expect(() => closed.isRevoked(token)).toThrow(unavailable);
    expect(() => closed.isSessionRevoked(session('h'), null)).toThrow(unavailable);
    await Promise.all([open.onApplicationShutdown(), closed.onApplicationShutdown()]);
  });

  it('forgets by itself what has ended, and not at once, since a clock that jumps ahead may come back', async () => {
    const service = await start();
    await service.revokeToken(token);
    nowMs += 2 * 3_600_000;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(service.isRevoked(token)).toBe(true);
    nowMs += 2 * 3_600_000;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(service.isRevoked(token)).toBe(false);
    await service.onApplicationShutdown();
  });

  it('closes its feed, and raises no alarm over connections that end with the application', async () => {
    const service = await start();
    service.onModuleDestroy();
    store.listener?.lost(new Error('closed'));
    await service.onApplicationShutdown();
    expect([events, store.isClosed, jest.getTimerCount()]).toEqual([[], true, 0]);
  });
});
