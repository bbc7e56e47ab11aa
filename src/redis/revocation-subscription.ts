import type { Redis } from 'ioredis';

import { RepeatingTask } from '../revocation/repeating-task.js';
import type { RevocationChange } from '../revocation/revocation.js';
import type { RevocationFeed, RevocationListener } from '../revocation/revocation.store.js';
import { answerOf } from './redis-answers.js';
import { changeOf, changesOf } from './revocation-wire.js';

const BEAT_MS = 2_000;
const AGAIN_AFTER_FAILURE_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
const DEADLINE_MS = 2_000;
/** Elements that Redis is asked for at a time. */
const SCAN_COUNT = '1000';

/** Where revocations are kept in Redis, and told. */
export interface RevocationKeys {
  readonly channel: string;
  /** What is revoked, sorted by its end. */
  readonly ends: string;
  readonly cutOffs: string;
  readonly standings: string;
  readonly revision: string;
}

/**
 * Follows revocations by Redis pub/sub. First the subscription, then everything that there is: so nothing that is published in between is
 * lost, and changes may come twice.
 *
 * A connection that is dead without having said so is found by a ping every two seconds. After an interruption it starts anew, with a
 * connection of its own: how patient the application's connections are is the application's choice.
 */
export class RevocationSubscription implements RevocationFeed {
  readonly #task = new RepeatingTask(() => this.#turn());
  #connection: Redis | null = null;

  constructor(
    private readonly redis: Redis,
    private readonly keys: RevocationKeys,
    private readonly listener: RevocationListener,
  ) {
    this.#task.hasten();
  }

  async close(): Promise<void> {
    const closed = this.#task.close();
    this.#drop();
    await closed;
  }

  async #turn(): Promise<number> {
    const asOfMs = performance.now();
    try {
      if (this.#connection === null) await this.#start();
      else await answerOf(this.#connection.ping(), DEADLINE_MS);
      if (!this.#task.isClosed) this.listener.current(asOfMs);
      return BEAT_MS;
    } catch (error) {
      this.#drop();
      if (!this.#task.isClosed) this.listener.lost(error);
      return AGAIN_AFTER_FAILURE_MS;
    }
  }

  async #start(): Promise<void> {
    const connection = this.#open();
    this.#connection = connection;
    connection.on('message', (_channel: string, message: string) => {
      this.#tell(changesOf(message));
    });
    await answerOf(connection.connect(), DEADLINE_MS);
    await answerOf(connection.subscribe(this.keys.channel), DEADLINE_MS);
    connection.once('close', () => {
      if (this.#connection !== connection || this.#task.isClosed) return;
      this.#drop();
      this.listener.lost(new Error('the connection to Redis was closed'));
      this.#task.hasten();
    });
    await this.#readAll();
  }

  /** A connection that subscribes can do nothing else, so this takes another one, for as long as it lasts. */
  async #readAll(): Promise<void> {
    const connection = this.#open();
    try {
      await answerOf(connection.connect(), DEADLINE_MS);
      const { ends, cutOffs, standings } = this.keys;
      const cuts = new Map<string, string>();
      for await (const [name, cut] of scan((cursor) => connection.hscan(cutOffs, cursor, 'COUNT', SCAN_COUNT))) {
        cuts.set(name, cut);
      }
      const changes: unknown[] = [];
      for await (const [name, until] of scan((cursor) => connection.zscan(ends, cursor, 'COUNT', SCAN_COUNT))) {
        changes.push([name, until, cuts.get(name) ?? '']);
      }
      this.#tell(changes.map(changeOf).filter(isRevocation));
      const people: unknown[] = [];
      for await (const [name, value] of scan((cursor) => connection.hscan(standings, cursor, 'COUNT', SCAN_COUNT))) {
        people.push([name, ...value.split(':')]);
      }
      this.#tell(people.map(changeOf).filter((change) => change !== null));
    } finally {
      connection.disconnect();
    }
  }

  #open(): Redis {
    const connection = this.redis.duplicate({
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      // Starting anew is up to the task, which reads everything again.
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      autoResubscribe: false,
    });
    // What becomes of the connection is told by its commands and by its end.
    connection.on('error', () => undefined);
    return connection;
  }

  #tell(changes: readonly RevocationChange[]): void {
    if (changes.length > 0 && !this.#task.isClosed) this.listener.changed(changes);
  }

  #drop(): void {
    const connection = this.#connection;
    this.#connection = null;
    connection?.disconnect();
  }
}

/** The names of people stand among what ends too, where they were let in again; their standing is told by itself. */
function isRevocation(change: RevocationChange | null): change is RevocationChange {
  return change !== null && change.kind !== 'standing';
}

/** All pairs of a hash or a sorted set; what is in it all the while comes at least once. */
async function* scan(
  next: (cursor: string) => Promise<[cursor: string, elements: string[]]>,
): AsyncGenerator<readonly [string, string]> {
  let cursor = '0';
  do {
    const [following, elements] = await answerOf(next(cursor), DEADLINE_MS);
    for (let index = 0; index + 1 < elements.length; index += 2) {
      yield [elements[index] ?? '', elements[index + 1] ?? ''];
    }
    cursor = following;
  } while (cursor !== '0');
}
