import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { INestApplicationContext } from '@nestjs/common';
import { CotterError, RefreshService, RenewalService, type CotterForRootOptions } from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

import { createServerDatabase, findServerUrl } from './database.js';
import { findRedisUrl, openRedisRoom } from './redis.js';
import type { ChildTask } from './refresh-child.js';
import { openLedger, startModule, type LedgerAddress } from './refresh-processes.js';
import { TcpProxy } from './tcp-proxy.js';

/** A place for a ledger that a test has to itself. */
interface Place extends LedgerAddress {
  drop(): Promise<void>;
}

const places: [string, () => Promise<Place>][] = [];
const postgresUrl = findServerUrl('TEST_POSTGRES_URL');
const mariaDbUrl = findServerUrl('TEST_MARIADB_URL');
const redisUrl = findRedisUrl();
const inDatabase = async (url: string): Promise<Place> => ({ keyPrefix: '', ...(await createServerDatabase(url)) });
if (postgresUrl !== null) places.push(['PostgreSQL', () => inDatabase(postgresUrl)]);
if (mariaDbUrl !== null) places.push(['MariaDB', () => inDatabase(mariaDbUrl)]);
if (redisUrl !== null) {
  places.push([
    'Redis',
    () => {
      const room = openRedisRoom(redisUrl);
      return Promise.resolve({ url: redisUrl, keyPrefix: room.prefix, drop: () => room.close() });
    },
  ]);
}

if (places.length === 0) {
  describe.skip('renewals on servers (no URL is set)', () => {
    it('are not tested', () => undefined);
  });
}

for (const [name, openPlace] of places) {
  describe(`renewals in several processes, with a ledger in ${name}`, () => {
    let issuer: CotterTestIssuer;
    let place: Place;
    let closing: (() => Promise<unknown>)[];

    beforeEach(async () => {
      issuer = await CotterTestIssuer.start();
      place = await openPlace();
      closing = [];
    });
    afterEach(async () => {
      for (const close of closing.reverse()) await close();
      await place.drop();
      await issuer.close();
    });

    const options = (changes: Partial<CotterForRootOptions> = {}): CotterForRootOptions => ({
      apiKeyId: issuer.apiKeyId,
      issuer: issuer.url,
      apiUrl: `${issuer.url}/api/v0`,
      jsUrl: issuer.url,
      ...changes,
    });

    /** One more process, as far as the store can tell: with connections of its own, and keys of the issuer that it has fetched. */
    async function start(
      changes: Partial<CotterForRootOptions> = {},
      address: LedgerAddress = place,
    ): Promise<INestApplicationContext> {
      const { ledger, close } = await openLedger(address);
      const app = await startModule(options(changes), ledger);
      closing.push(close, () => app.close());
      await app.get(RefreshService, { strict: false }).refresh(issuer.tokens().refresh_token);
      return app;
    }

    const refresh = (app: INestApplicationContext, token: string) =>
      app.get(RefreshService, { strict: false }).refresh(token);

    function codeOf(call: Promise<unknown>): Promise<string> {
      return call.then(
        () => 'renewed',
        (error: unknown) => {
          if (error instanceof CotterError) return error.code;
          throw error;
        },
      );
    }

    it('makes one call for two hundred at once, and gives all of them its answer', async () => {
      const processes = [await start(), await start()] as const;
      const { refresh_token: token } = issuer.tokens({ subject: 'ann' });
      const before = issuer.requests;
      const release = issuer.hold();
      const calls = Array.from({ length: 200 }, (_, caller) => refresh(processes[caller % 2 === 0 ? 0 : 1], token));
      while (issuer.requests === before) await nextTurn();
      release();
      const answers = await Promise.all(calls);
      expect(issuer.requests - before).toBe(1);
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      // And the family goes on.
      const next = answers[0]?.refreshToken ?? '';
      await expect(refresh(processes[1], next)).resolves.toMatchObject({ principal: { subject: 'ann' } });
    });

    it('makes one call for each of fifty tokens that both renew at once', async () => {
      const processes = [await start(), await start()] as const;
      const tokens = Array.from({ length: 50 }, () => issuer.tokens().refresh_token);
      const before = issuer.requests;
      const answers = await Promise.all(
        tokens.flatMap((token) => processes.map((app) => refresh(app, token).then((answer) => answer.refreshToken))),
      );
      expect(issuer.requests - before).toBe(50);
      for (let pair = 0; pair < 50; pair++) expect(answers[pair * 2]).toBe(answers[pair * 2 + 1]);
      expect(new Set(answers).size).toBe(50);
    });

    it('tells one of them of a theft that all see, and ends the family in all', async () => {
      const reuses: unknown[] = [];
      const changes: Partial<CotterForRootOptions> = {
        refresh: { replaySeconds: 0 },
        events: { onRefreshTokenReused: (reuse) => reuses.push(reuse) },
      };
      const processes = [await start(changes), await start(changes)] as const;
      const { refresh_token: stolen } = issuer.tokens({ subject: 'ann' });
      const { refreshToken } = await refresh(processes[0], stolen);
      const codes = await Promise.all(processes.map((app) => codeOf(refresh(app, stolen))));
      expect(codes).toEqual(['invalid_grant', 'invalid_grant']);
      expect(reuses).toEqual([{ owner: { issuer: issuer.url, subject: 'ann' } }]);
      for (const app of processes) await expect(codeOf(refresh(app, refreshToken))).resolves.toBe('invalid_grant');
    });

    /** Kills a process with SIGKILL in the middle of a renewal. */
    async function killInTheMiddle(refreshToken: string, stopBefore: ChildTask['stopBefore']): Promise<void> {
      const { url, keyPrefix } = place;
      const task: ChildTask = {
        address: { url, keyPrefix },
        options: options({ apiTimeoutMs: 1_000 }),
        refreshToken,
        stopBefore,
      };
      const script = join(__dirname, 'refresh-child.ts');
      const child = spawn(
        process.execPath,
        ['--import', '@swc-node/register/esm-register', script, JSON.stringify(task)],
        { cwd: join(__dirname, '..', '..'), stdio: ['ignore', 'pipe', 'pipe'] },
      );
      let output = '';
      const ended = once(child, 'exit');
      await new Promise<void>((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr]) {
          stream.on('data', (data: Buffer) => {
            output += data.toString();
            if (output.includes('standing still')) resolve();
          });
        }
        void ended.then(() => reject(new Error(`the child has ended: ${output}`)));
      });
      child.kill('SIGKILL');
      const [, signal] = (await ended) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
    }

    /** Asks until there is an answer: the lease of a process that is gone has to end first. */
    async function codeInTheEnd(app: INestApplicationContext, token: string): Promise<string> {
      for (;;) {
        const code = await codeOf(refresh(app, token));
        if (code !== 'renewal_pending') return code;
      }
    }

    it('survives a process that is killed before it has asked the issuer: nothing is burnt', async () => {
      const survivor = await start({ apiTimeoutMs: 2_000 });
      const { refresh_token: token } = issuer.tokens();
      await killInTheMiddle(token, 'exchange');
      await expect(codeInTheEnd(survivor, token)).resolves.toBe('renewed');
    }, 60_000);

    it('survives a process that is killed between the answer and the write: one clean sign-in, no family too many', async () => {
      const survivor = await start({ apiTimeoutMs: 2_000 });
      const { refresh_token: token } = issuer.tokens({ subject: 'ann' });
      await survivor.get(RenewalService, { strict: false }).bind(token, { issuer: issuer.url, subject: 'ann' });
      const before = issuer.requests;
      await killInTheMiddle(token, 'complete');
      // The keys, and the renewal.
      expect(issuer.requests - before).toBe(2);
      await expect(codeInTheEnd(survivor, token)).resolves.toBe('invalid_grant');
      expect(issuer.requests - before).toBe(3);
      // The no is remembered: nobody asks again.
      await expect(codeOf(refresh(survivor, token))).resolves.toBe('invalid_grant');
      expect(issuer.requests - before).toBe(3);
    }, 60_000);

    it('burns nothing while the store is stopped or silent, answers within five seconds, and recovers', async () => {
      const proxy = await TcpProxy.to(place.url);
      closing.push(() => proxy.cut());
      const app = await start({}, { ...place, url: proxy.url });
      const { refresh_token: token } = issuer.tokens();
      const before = issuer.requests;
      const unavailable = async (): Promise<void> => {
        const startedAt = performance.now();
        await expect(refresh(app, token)).rejects.toMatchObject({ code: 'store_unavailable', retryAfterSeconds: 5 });
        expect(performance.now() - startedAt).toBeLessThan(5_000);
      };
      await proxy.cut();
      await unavailable();
      await unavailable();
      await proxy.open();
      proxy.fallSilent();
      await unavailable();
      proxy.speak();
      await proxy.cut();
      await proxy.open();
      expect(issuer.requests).toBe(before);
      let code = await codeOf(refresh(app, token));
      // A connection that was made before may have to break first; a claim that came late ends by its lease.
      while (code === 'store_unavailable' || code === 'renewal_pending') code = await codeOf(refresh(app, token));
      expect(code).toBe('renewed');
      expect(issuer.requests - before).toBe(1);
    }, 60_000);

    it('does not lose what has come while the store went down', async () => {
      const proxy = await TcpProxy.to(place.url);
      closing.push(() => proxy.cut());
      const app = await start({}, { ...place, url: proxy.url });
      const { refresh_token: token } = issuer.tokens();
      const before = issuer.requests;
      const release = issuer.hold();
      const call = codeOf(refresh(app, token));
      while (issuer.requests === before) await nextTurn();
      await proxy.cut();
      release();
      await expect(call).resolves.toBe('store_unavailable');
      await proxy.open();
      let code = await codeOf(refresh(app, token));
      while (code === 'store_unavailable') code = await codeOf(refresh(app, token));
      expect(code).toBe('renewed');
      expect(issuer.requests - before).toBe(1);
    }, 60_000);
  });
}
