import {
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';

import { CotterOptions } from '../cotter.options.js';
import { RevocationsUnavailableError } from '../errors/store.errors.js';
import { FeedState, STALENESS_BOUND_MS, type RevocationState } from './feed-state.js';
import { RepeatingTask } from './repeating-task.js';
import {
  revocationIdOf,
  type PersonPair,
  type RevocableSession,
  type RevocableToken,
  type Revocation,
} from './revocation.js';
import { RevocationStore, type RevocationFeed } from './revocation.store.js';
import { RevocationView } from './revocation-view.js';

const SWEEP_EVERY_MS = 60_000;
const WATCH_EVERY_MS = 1_000;
const RETRY_AFTER_SECONDS = 5;

/**
 * What is revoked, as this process knows it, and the way to revoke more. Asking costs a few nanoseconds and no promise, so the guard asks
 * at every request.
 *
 * What this process revokes holds here when the call returns, and in every other process at most five seconds later, as long as they reach
 * the store. While one does not, what it knew last stays in force there, unless `revocation.failClosed` is on.
 */
@Injectable()
export class RevocationService implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  readonly #view = new RevocationView();
  readonly #feedState: FeedState;
  readonly #failClosed: boolean;
  readonly #sweeping = new RepeatingTask(() => this.#sweep());
  readonly #watching = new RepeatingTask(() => this.#watch());
  #feed: RevocationFeed | null = null;

  constructor(
    @Inject(CotterOptions) private readonly options: CotterOptions,
    @Inject(RevocationStore) private readonly store: RevocationStore,
  ) {
    this.#feedState = new FeedState(options.clock, options.events);
    this.#failClosed = options.revocation.failClosed;
  }

  /** Whether what is revoked is known, or since when it is not; for health checks. */
  get state(): RevocationState {
    return this.#feedState.describe();
  }

  /**
   * Whether a good token was revoked: itself, or everything of its person.
   *
   * @throws {@link RevocationsUnavailableError} (`revocations_unavailable`) with `failClosed`, where that has not been known for too long.
   */
  isRevoked(token: RevocableToken): boolean {
    if (this.#failClosed) this.#assertKnown();
    return this.#view.size !== 0 && this.#view.revokes(token);
  }

  /**
   * Whether a session was ended before its time: itself, the token that it lives on now, or everything of its person.
   *
   * @throws as {@link isRevoked} does.
   */
  isSessionRevoked(session: RevocableSession, tokenId: string | null): boolean {
    if (this.#failClosed) this.#assertKnown();
    return this.#view.size !== 0 && this.#view.revokesSession(session, tokenId);
  }

  /** Whether this person is locked out, as far as this process knows. */
  isDisabled(pair: PersonPair): boolean {
    return this.#view.isDisabled(pair);
  }

  /** Refuses one token from now on. Every verb here may be repeated, and throws {@link StoreUnavailableError} where nothing is certain. */
  async revokeToken(token: RevocableToken): Promise<void> {
    const untilMs = Date.parse(token.expiresAt) + this.#toleranceMs;
    await this.revoke([{ kind: 'token', issuer: token.issuer, tokenId: revocationIdOf(token), untilMs }]);
  }

  /** Refuses one session from now on. @param until - When it would have ended anyway, whatever its use. */
  async revokeSession(handle: string, until: Date): Promise<void> {
    await this.revoke([{ kind: 'session', handle, untilMs: until.getTime() }]);
  }

  /**
   * Refuses every token of a person that was issued until now.
   *
   * Tokens tell the second of their issue only. Those of this very second are refused too, since one of them may be in the wrong hands; who
   * signs in again within it gets in with the next token, a second later.
   *
   * @param issuedBefore - Another instant than now; ahead of it, where the issuer's clock is.
   */
  async revokeSubject({ issuer, subject }: PersonPair, issuedBefore = new Date(this.options.clock())): Promise<void> {
    const issuedBeforeMs = issuedBefore.getTime();
    // Longer than any token or session lives that it is about.
    const { revocation, session } = this.options;
    const lifetimeSeconds = Math.max(revocation.maxTokenLifetimeSeconds, session?.absoluteSeconds ?? 0);
    const lifetimeMs = lifetimeSeconds * 1000 + this.#toleranceMs;
    const untilMs = Math.max(issuedBeforeMs, this.options.clock()) + lifetimeMs;
    await this.revoke([{ kind: 'subject', issuer, subject, issuedBeforeMs, untilMs }]);
  }

  /** Several revocations, of any kind, at once. */
  async revoke(revocations: readonly Revocation[]): Promise<void> {
    if (revocations.length === 0) return;
    await this.store.revoke(revocations);
    this.#view.apply(revocations);
  }

  /** Refuses all tokens of these people, whenever they were issued, until {@link reinstate}. */
  async disable(pairs: readonly PersonPair[]): Promise<void> {
    if (pairs.length > 0) this.#view.apply(await this.store.disable(pairs));
  }

  /** Takes {@link disable} back. Tokens that were revoked otherwise stay revoked. */
  async reinstate(pairs: readonly PersonPair[]): Promise<void> {
    if (pairs.length > 0) this.#view.apply(await this.store.reinstate(pairs));
  }

  /** Requests wait until it is known what is revoked, or until it is clear that this cannot be known now. */
  async onModuleInit(): Promise<void> {
    await new Promise<void>((resolve) => {
      const patience = setTimeout(resolve, STALENESS_BOUND_MS);
      const decided = (): void => {
        clearTimeout(patience);
        resolve();
      };
      this.#feed = this.store.follow({
        changed: (changes) => {
          this.#view.apply(changes);
        },
        current: (asOfMs) => {
          this.#feedState.current(asOfMs);
          decided();
        },
        lost: (error) => {
          this.#feedState.lost(error);
          decided();
        },
      });
    });
    this.#watching.startIn(WATCH_EVERY_MS);
    this.#sweeping.startIn(SWEEP_EVERY_MS);
  }

  /** From here on the application may close its connections before we do: that is no outage. */
  onModuleDestroy(): void {
    this.#feedState.mute();
  }

  /** Requests that were in flight have ended by now. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.#feed?.close(), this.#watching.close(), this.#sweeping.close()]);
  }

  get #toleranceMs(): number {
    return this.options.clockToleranceSeconds * 1000;
  }

  #assertKnown(): void {
    if (this.#feedState.isStale()) throw new RevocationsUnavailableError(RETRY_AFTER_SECONDS);
  }

  #sweep(): Promise<number> {
    this.#view.sweep(this.options.clock());
    return Promise.resolve(SWEEP_EVERY_MS);
  }

  /** A feed that says nothing is as good as lost. */
  #watch(): Promise<number> {
    if (this.#feedState.isStale()) this.#feedState.lost(new Error('the store of revocations has been silent'));
    return Promise.resolve(WATCH_EVERY_MS);
  }
}
