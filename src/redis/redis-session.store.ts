import { createHash } from 'node:crypto';

import type { Redis } from 'ioredis';

import { KEPT_AFTER_END_MS } from '../revocation/revocation.js';
import type { SessionRecord } from '../session/session.js';
import { SessionStore } from '../session/session.store.js';
import { answerOf } from './redis-answers.js';
import { INSERT, LIST, REMOVE, REPLACE_TOKENS, TOUCH } from './session-scripts.js';
import { fieldsOf, SESSION_FIELDS, sessionOf, type SessionFields } from './session-wire.js';

/** Where a {@link RedisSessionStore} keeps its keys. */
export interface RedisSessionStoreOptions {
  /** What all keys begin with. @defaultValue `nestjs-cotter:` */
  readonly keyPrefix?: string;
  /** The name of the module: other realms are other sessions. @defaultValue `cotter` */
  readonly realm?: string;
}

/** Sessions a command: Redis serves nobody else meanwhile. */
const TOUCH_BATCH = 500;

/**
 * Sessions in Redis, for all processes that use it. What decides is one command or one script, which Redis carries out as one step; what is
 * past its time expires by itself.
 *
 * The connection is the application's, which closes it. Whoever's session Redis loses (turn on AOF or snapshots; no eviction of these keys)
 * signs in again.
 *
 * @example
 * ```ts
 * CotterModule.forRoot({
 *   apiKeyId: 'your-api-key-id',
 *   session: { mode: 'server', store: { useValue: new RedisSessionStore(new Redis('redis://127.0.0.1:6379')) } },
 * })
 * ```
 */
export class RedisSessionStore extends SessionStore {
  readonly #prefix: string;

  constructor(
    private readonly redis: Redis,
    { keyPrefix = 'nestjs-cotter:', realm = 'cotter' }: RedisSessionStoreOptions = {},
  ) {
    super();
    // All keys of a realm in one slot of a cluster: whose session it is is known only once it is read.
    this.#prefix = `${keyPrefix}{${realm}}:session:`;
  }

  override async insert(session: SessionRecord): Promise<void> {
    const { handle, accountId, family, lastSeenAtMs, startedAtMs, expiresAtMs } = session;
    // By its length, so that the clocks of this process and of Redis need not agree.
    const keepMs = expiresAtMs - startedAtMs + KEPT_AFTER_END_MS;
    const lists = [handle, accountId, family ?? '', lastSeenAtMs];
    await INSERT.run(this.redis, [this.#prefix], [keepMs, ...lists, ...fieldsOf(session)]);
  }

  override async find(handle: string): Promise<SessionRecord | null> {
    return sessionOf(await answerOf(this.redis.hmget(`${this.#prefix}id:${handle}`, ...SESSION_FIELDS)));
  }

  override findByFamily(family: string): Promise<readonly SessionRecord[]> {
    return this.#list('family', family, Number.MAX_SAFE_INTEGER);
  }

  override list(accountId: string, limit: number): Promise<readonly SessionRecord[]> {
    return this.#list('account', accountId, limit);
  }

  override async replaceTokens(handle: string, version: number, sealed: string): Promise<boolean> {
    return (await REPLACE_TOKENS.run(this.redis, [this.#prefix], [handle, version, sealed])) === 1;
  }

  override async touch(handles: readonly string[], seenAtMs: number): Promise<void> {
    for (let start = 0; start < handles.length; start += TOUCH_BATCH) {
      await TOUCH.run(this.redis, [this.#prefix], [seenAtMs, ...handles.slice(start, start + TOUCH_BATCH)]);
    }
  }

  override async remove(handle: string): Promise<boolean> {
    return (await REMOVE.run(this.redis, [this.#prefix], [handle])) === 1;
  }

  override async useOnce(name: string, nowMs: number, untilMs: number): Promise<boolean> {
    const key = `${this.#prefix}used:${createHash('sha256').update(name).digest('hex')}`;
    const keepMs = Math.max(1, untilMs - nowMs + KEPT_AFTER_END_MS);
    return (await answerOf(this.redis.set(key, '1', 'PX', keepMs, 'NX'))) === 'OK';
  }

  /** Nothing to do: keys expire. */
  override sweep(): Promise<number> {
    return Promise.resolve(0);
  }

  async #list(by: 'account' | 'family', name: string, limit: number): Promise<readonly SessionRecord[]> {
    const found = (await LIST.run(this.redis, [this.#prefix], [by, name, limit])) as readonly SessionFields[];
    return found.map(sessionOf).filter((session) => session !== null);
  }
}
