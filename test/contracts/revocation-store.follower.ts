import type { PersonPair, RevocationChange, RevocationFeed, RevocationListener, RevocationStore } from 'nestjs-cotter';

/** Somebody who follows a store, remembers what they hear, and can be waited for. */
export class RevocationFollower implements RevocationListener {
  readonly changes: RevocationChange[] = [];
  readonly signals: ('current' | 'lost')[] = [];
  lastLoss: unknown = null;
  readonly #feed: RevocationFeed;
  readonly #waiting: (() => void)[] = [];

  constructor(store: RevocationStore) {
    this.#feed = store.follow(this);
  }

  /** Follows, and waits until everything was told. */
  static async of(store: RevocationStore): Promise<RevocationFollower> {
    const follower = new RevocationFollower(store);
    await follower.until(() => follower.signals.includes('current'));
    return follower;
  }

  changed(changes: readonly RevocationChange[]): void {
    this.changes.push(...changes);
    this.#wake();
  }

  current(asOfMs: number): void {
    if (asOfMs !== Number.POSITIVE_INFINITY && asOfMs > performance.now()) throw new Error('nobody knows the future');
    this.signals.push('current');
    this.#wake();
  }

  lost(error: unknown): void {
    this.lastLoss = error;
    this.signals.push('lost');
    this.#wake();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The latest standing of a person; `undefined` where there was never one. */
  isDisabled({ issuer, subject }: PersonPair): boolean | undefined {
    let latest = -1;
    let disabled: boolean | undefined;
    for (const change of this.changes) {
      if (change.kind !== 'standing' || change.issuer !== issuer || change.subject !== subject) continue;
      if (change.revision < latest) continue;
      latest = change.revision;
      disabled = change.disabled;
    }
    return disabled;
  }

  /** The latest end of a token. */
  endOf(tokenId: string): number {
    return Math.max(
      0,
      ...this.changes.map((change) => (change.kind === 'token' && change.tokenId === tokenId ? change.untilMs : 0)),
    );
  }

  close(): Promise<void> {
    return this.#feed.close();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
