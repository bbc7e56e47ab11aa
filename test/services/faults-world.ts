import { randomUUID } from 'node:crypto';

import { send, type Answer } from '../e2e/platforms.js';
import type { FaultsTask } from './faults-app.js';
import { FaultyIssuer } from './faults-issuer.js';
import { openLedgerWindow, type LedgerWindow } from './faults-ledger.js';
import { FaultsProcess } from './faults-process.js';
import { startPostgresServer } from './postgres-server.js';
import type { PrivateServer } from './private-server.js';
import { startRedisServer } from './redis-server.js';

/** Where the pages of the application are, as browsers see it. */
const SITE = 'http://localhost:3000';
export const API_TIMEOUT_MS = 2_500;
/** How long a renewal of a process that is gone is left alone, at most: its lease, and a round of those who wait for it. */
export const ABANDONED_WITHIN_MS = API_TIMEOUT_MS + 8_000 + 3_000;
export const HOUR_MS = 3_600_000;

export interface Person {
  readonly subject: string;
  readonly identifier: string;
}

/** Somebody who is signed in by a cookie. */
export interface SignedIn extends Person {
  readonly cookie: string;
  readonly handle: string;
  /** That the session began with. */
  readonly refreshToken: string;
}

/** Two processes of one application, what they stand on, and everybody who uses them. All of it is real, and all of it may go wrong. */
export class FaultsWorld {
  readonly processes: FaultsProcess[] = [];
  #offsetMs = 0;

  private constructor(
    readonly issuer: FaultyIssuer,
    readonly postgres: PrivateServer,
    /** `null` where everything is in PostgreSQL. */
    readonly redis: PrivateServer | null,
    readonly ledger: LedgerWindow,
  ) {}

  static async open(postgresPrograms: string, inRedis: boolean): Promise<FaultsWorld> {
    const issuer = await FaultyIssuer.start();
    const postgres = await startPostgresServer(postgresPrograms);
    const redis = inRedis ? await startRedisServer() : null;
    const world = new FaultsWorld(issuer, postgres, redis, openLedgerWindow(redis ?? postgres));
    try {
      world.processes.push(...(await Promise.all([world.#startProcess(), world.#startProcess()])));
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** Where sessions, refresh tokens and revocations are kept. */
  get store(): PrivateServer {
    return this.redis ?? this.postgres;
  }

  get one(): FaultsProcess {
    return this.#process(0);
  }

  get two(): FaultsProcess {
    return this.#process(1);
  }

  /** Prints a figure. */
  report(line: string): void {
    process.stdout.write(`${this.store.name}: ${line}\n`);
  }

  /** Puts a new process where one has ended. */
  async replace(ended: FaultsProcess): Promise<void> {
    this.processes[this.processes.indexOf(ended)] = await this.#startProcess();
  }

  /** Lets time pass, for all processes and for the issuer. */
  async pass(durationMs: number): Promise<void> {
    this.#offsetMs += durationMs;
    this.issuer.offsetMs = this.#offsetMs;
    await this.resetClocks();
  }

  /** Sets the clock of one process, and of nobody else. */
  async jump(at: FaultsProcess, byMs: number): Promise<void> {
    await at.order({ order: 'clock', offsetMs: this.#offsetMs + byMs });
  }

  /** Lets all clocks agree again. */
  async resetClocks(): Promise<void> {
    for (const at of this.processes) await this.jump(at, 0);
  }

  person(): Person {
    const subject = randomUUID();
    return { subject, identifier: `${subject}@example.com` };
  }

  /** `POST /login`, as a page of the site sends it. */
  login(at: FaultsProcess, payload: unknown): Promise<Answer> {
    return send(`${at.url}/login`, { json: payload, headers: { origin: SITE } });
  }

  async signIn(at: FaultsProcess, person = this.person()): Promise<SignedIn> {
    const payload = this.issuer.payload(person);
    const answer = await this.login(at, payload);
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
    if (cookie === undefined) throw new Error(`no session: ${answer.status} ${JSON.stringify(answer.body)}`);
    const { body } = await this.guarded(at, { cookie });
    const { sessionHandle: handle } = body as { sessionHandle: string };
    return { ...person, cookie, handle, refreshToken: payload.oauth_token.refresh_token };
  }

  signInMany(at: FaultsProcess, count: number): Promise<SignedIn[]> {
    return Promise.all(Array.from({ length: count }, () => this.signIn(at)));
  }

  /** A guarded route, by a session. */
  guarded(at: FaultsProcess, { cookie }: Pick<SignedIn, 'cookie'>): Promise<Answer> {
    return send(`${at.url}/guarded`, { headers: { cookie } });
  }

  /** The same, by an access token. */
  guardedByToken(at: FaultsProcess, token: string): Promise<Answer> {
    return send(`${at.url}/guarded`, { headers: { authorization: `Bearer ${token}` } });
  }

  refresh(at: FaultsProcess, refreshToken: string): Promise<Answer> {
    return send(`${at.url}/refresh`, { json: { refresh_token: refreshToken } });
  }

  /** A request of the session's own page that changes something. */
  change(at: FaultsProcess, method: 'POST' | 'DELETE', path: string, { cookie }: SignedIn): Promise<Answer> {
    return send(at.url + path, { method, headers: { cookie, origin: SITE } });
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((at) => at.end('SIGKILL')));
    await this.ledger.close();
    await this.redis?.destroy();
    await this.postgres.destroy();
    await this.issuer.close();
  }

  async #startProcess(): Promise<FaultsProcess> {
    const task: FaultsTask = {
      databaseUrl: this.postgres.url,
      redisUrl: this.redis?.url ?? null,
      options: {
        ...this.issuer.moduleOptions,
        apiTimeoutMs: API_TIMEOUT_MS,
        publicUrl: SITE,
        session: { mode: 'server', encryptionKeys: ['a key of thirty-two characters!!'], adoptRefreshToken: true },
      },
    };
    const started = await FaultsProcess.start(task);
    await started.order({ order: 'clock', offsetMs: this.#offsetMs });
    return started;
  }

  #process(index: number): FaultsProcess {
    const found = this.processes[index];
    if (found === undefined) throw new Error('there are two processes');
    return found;
  }
}
