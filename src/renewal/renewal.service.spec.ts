import { json, ScriptedServer, type Script } from '../../test/fixtures/scripted-server.js';
import { CotterApiClient } from '../cotter-api/cotter-api.client.js';
import type { CotterModuleOptions } from '../cotter.options.js';
import { resolveOptions } from '../cotter.options.resolver.js';
import { CotterError } from '../errors/cotter.error.js';
import { EndedFamilyError, InvalidGrantError } from '../errors/issuer.errors.js';
import { StoreUnavailableError } from '../errors/store.errors.js';
import { CotterTestIssuer } from '../testing/cotter-test-issuer.js';
import { JwksKeyProvider } from '../tokens/jwks-key-provider.js';
import { TokenVerifier, type TokenVerifierOptions } from '../tokens/token-verifier.js';
import { MemoryRefreshLedger } from './memory-refresh-ledger.js';
import { SEALED_KEPT_MS } from './ledger-entry.js';
import type { Completion, CompletionOutcome } from './refresh-ledger.js';
import { RenewalService } from './renewal.service.js';
import { hashRefreshToken } from './sealed-tokens.js';

const ANN = { subject: 'ann', identifier: 'ann@example.com' };
const OLD = '1:old';
const NEW = '1:new';
const HOUR = 3_600_000;
const JWKS = { maxAgeSeconds: 600, maxStaleSeconds: 86_400, cooldownSeconds: 0 };

/** A ledger that fails or stops at the very moment when a renewal is to be written down. */
class TroubledLedger extends MemoryRefreshLedger {
  beforeComplete: () => Promise<void> = () => Promise.resolve();
  afterComplete: () => Promise<void> = () => Promise.resolve();

  override async complete(hash: string, claimId: string, completion: Completion): Promise<CompletionOutcome> {
    await this.beforeComplete();
    const outcome = await super.complete(hash, claimId, completion);
    await this.afterComplete();
    return outcome;
  }
}

describe('a renewal', () => {
  let issuer: CotterTestIssuer;
  let api: ScriptedServer;
  let ledger: TroubledLedger;
  let nowMs: number;
  let elapsedMs: number;
  let reuses: unknown[];

  beforeAll(async () => {
    issuer = await CotterTestIssuer.start();
    api = await ScriptedServer.start();
  });
  afterAll(async () => {
    await issuer.close();
    await api.close();
  });
  beforeEach(() => {
    nowMs = Date.now();
    elapsedMs = 0;
    reuses = [];
    ledger = new TroubledLedger();
    issuer.comeBack();
  });

  /** Services of one ledger stand for processes. */
  function start(
    changes: Partial<CotterModuleOptions> = {},
    verification: Partial<TokenVerifierOptions> = {},
  ): RenewalService {
    const options = resolveOptions(
      {
        ...issuer.moduleOptions,
        apiUrl: api.url,
        apiTimeoutMs: 400,
        clock: () => nowMs,
        events: { onRefreshTokenReused: (reuse) => reuses.push(reuse) },
        ...changes,
      },
      'cotter',
    );
    const keys = new JwksKeyProvider({ ...JWKS, jwksUri: `${issuer.url}/api/v0/token/jwks` });
    const verifier = new TokenVerifier({
      trustedIssuers: [{ issuer: issuer.url, audience: issuer.apiKeyId, keys }],
      clockToleranceSeconds: 5,
      clock: options.clock,
      ...verification,
    });
    const monotonic = (): number => performance.now() + elapsedMs;
    return new RenewalService(options, new CotterApiClient(options), verifier, ledger, monotonic);
  }

  function answer(changes: object = {}): Script {
    return json(200, { ...issuer.tokens(ANN), refresh_token: NEW, ...changes });
  }

  /** An issuer that spends each token once. */
  function playOnce(): void {
    let isSpent = false;
    api.play((response, request) => {
      const script = isSpent ? json(400, { msg: 'Refresh token is not valid' }) : answer();
      isSpent = true;
      return script(response, request);
    });
  }

  function codeOf(call: Promise<unknown>): Promise<string> {
    return call.then(
      () => 'renewed',
      (error: unknown) => {
        if (error instanceof CotterError) return error.code;
        throw error;
      },
    );
  }

  /** Resolves when the issuer has been asked. */
  function held(): { arrived: Promise<void>; release: () => void } {
    let release = (): void => undefined;
    let arrive = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    api.play(async (response, request) => {
      arrive();
      await released;
      await answer()(response, request);
    });
    return { arrived, release };
  }

  describe('that two processes begin', () => {
    it('is made by one of them, and both get its result', async () => {
      const { arrived, release } = held();
      const first = start().renew(OLD);
      await arrived;
      const others = [start(), start()].flatMap((service) => [service.renew(OLD), service.renew(OLD)]);
      release();
      const expected = await first;
      expect(expected.refreshToken).toBe(NEW);
      for (const other of others) await expect(other).resolves.toEqual(expected);
      expect(api.requests).toHaveLength(1);
    });

    it.each([HOUR, -HOUR])('is not disturbed by a clock that jumps by %i ms', async (jump) => {
      const { arrived, release } = held();
      const first = start().renew(OLD);
      await arrived;
      nowMs += jump;
      const second = start().renew(OLD);
      release();
      // The new tokens themselves are good by the right clock only, and they wait for that.
      const codes = await Promise.all([first, second].map(codeOf));
      nowMs -= jump;
      const renewed = codes.includes('renewed') ? 'renewed' : await codeOf(start().renew(OLD));
      expect(renewed).toBe('renewed');
      expect(api.requests).toHaveLength(1);
      expect(reuses).toEqual([]);
    });

    it('gives its result to those who waited, although the window is closed by then', async () => {
      const { arrived, release } = held();
      const first = start({ refresh: { replaySeconds: 0 } }).renew(OLD);
      await arrived;
      const late = start({ refresh: { replaySeconds: 0 } });
      const claims = jest.spyOn(ledger, 'claim');
      const second = late.renew(OLD);
      // It has seen the renewal run.
      await claims.mock.results[0]?.value;
      release();
      await expect(second).resolves.toEqual(await first);
      expect(reuses).toEqual([]);
    });

    it('leaves the second with "ask again" where it takes longer than a call may', async () => {
      const { arrived, release } = held();
      const first = start({ apiTimeoutMs: 5_000 }).renew(OLD);
      await arrived;
      await expect(start({ apiTimeoutMs: 100 }).renew(OLD)).rejects.toMatchObject({
        code: 'renewal_pending',
        retryAfterSeconds: 1,
      });
      release();
      await expect(codeOf(first)).resolves.toBe('renewed');
    });

    it('is taken over when the first was silent for the whole of its lease; the first then hands out nothing', async () => {
      playOnce();
      let resume = (): void => undefined;
      const stopped = new Promise<void>((resolve) => {
        ledger.beforeComplete = () => {
          resolve();
          return new Promise((go) => (resume = go));
        };
      });
      const first = start().renew(OLD);
      await stopped;
      ledger.beforeComplete = () => Promise.resolve();
      const second = start({ apiTimeoutMs: 100 });
      await expect(codeOf(second.renew(OLD))).resolves.toBe('renewal_pending');
      elapsedMs += 7_000;
      await expect(codeOf(second.renew(OLD))).resolves.toBe('renewal_pending');
      expect(api.requests).toHaveLength(1);
      elapsedMs += 2_000;
      // The issuer has spent the token for the first: a clean no, and one new sign-in.
      await expect(codeOf(second.renew(OLD))).resolves.toBe('invalid_grant');
      expect(api.requests).toHaveLength(2);
      resume();
      await expect(codeOf(first)).resolves.not.toBe('renewed');
      await expect(codeOf(start().renew(OLD))).resolves.not.toBe('renewed');
    });

    it('gives the first what the second got, where the issuer answers both', async () => {
      let next = 0;
      api.play((response, request) => answer({ refresh_token: `1:new ${String(++next)}` })(response, request));
      let resume = (): void => undefined;
      const stopped = new Promise<void>((resolve) => {
        ledger.beforeComplete = () => {
          resolve();
          return new Promise((go) => (resume = go));
        };
      });
      const first = start().renew(OLD);
      await stopped;
      ledger.beforeComplete = () => Promise.resolve();
      const second = start({ apiTimeoutMs: 100 });
      await codeOf(second.renew(OLD));
      elapsedMs += 9_000;
      const renewed = await second.renew(OLD);
      expect(renewed.refreshToken).toBe('1:new 2');
      resume();
      await expect(first).resolves.toEqual(renewed);
    });
  });

  describe('with a token that was spent', () => {
    it('gives the same tokens for ten seconds, in every process', async () => {
      playOnce();
      const first = await start().renew(OLD);
      nowMs += 9_999;
      await expect(start().renew(OLD)).resolves.toEqual(first);
      expect(api.requests).toHaveLength(1);
    });

    it('is theft after that: the family is ended, and somebody is told once', async () => {
      playOnce();
      const service = start();
      await service.renew(OLD);
      nowMs += 10_000;
      await expect(codeOf(service.renew(OLD))).resolves.toBe('invalid_grant');
      expect(reuses).toEqual([{ owner: { issuer: issuer.url, subject: 'ann' } }]);
      api.play(answer());
      for (const token of [OLD, NEW]) await expect(codeOf(start().renew(token))).resolves.toBe('invalid_grant');
      expect(api.requests).toHaveLength(0);
      expect(reuses).toHaveLength(1);
    });

    it('is theft at once where the window is closed, also where the issuer would accept it again', async () => {
      api.play(answer());
      const service = start({ refresh: { replaySeconds: 0 } });
      await service.renew(OLD);
      await expect(codeOf(service.renew(OLD))).resolves.toBe('invalid_grant');
      expect(api.requests).toHaveLength(1);
      expect(reuses).toHaveLength(1);
    });

    it('is not judged while the clock is an hour behind: nothing is handed out, nobody is signed out', async () => {
      playOnce();
      const service = start();
      await service.renew(OLD);
      nowMs -= HOUR;
      await expect(codeOf(service.renew(OLD))).resolves.toBe('renewal_pending');
      nowMs += HOUR;
      await expect(codeOf(service.renew(OLD))).resolves.toBe('renewal_pending');
      expect(reuses).toEqual([]);
      api.play(answer({ refresh_token: '1:third' }));
      await expect(codeOf(service.renew(NEW))).resolves.toBe('renewed');
    });

    it('goes on where a listener throws', async () => {
      playOnce();
      const events = {
        onRefreshTokenReused: () => {
          throw new Error('the listener is broken');
        },
      };
      const service = start({ events, refresh: { replaySeconds: 0 } });
      await service.renew(OLD);
      await expect(codeOf(service.renew(OLD))).resolves.toBe('invalid_grant');
    });

    it('is unavailable where somebody has changed the result in the store', async () => {
      playOnce();
      const service = start();
      await service.renew(OLD);
      jest.spyOn(ledger, 'claim').mockResolvedValueOnce({
        outcome: 'renewed',
        family: 'a',
        sealed: 'A'.repeat(100),
      });
      await expect(codeOf(service.renew(OLD))).resolves.toBe('store_unavailable');
    });
  });

  describe('by callers whose windows differ', () => {
    const LONG = { replayMs: SEALED_KEPT_MS - 60_000 };
    const CLOSED = { replayMs: 0 };
    const longLived = (refreshToken: string): Script =>
      answer({
        access_token: issuer.token({ ...ANN, expiresInSeconds: 3 * 3600 }),
        id_token: null,
        refresh_token: refreshToken,
      });

    it.each([
      ['first', {}, CLOSED],
      ['last', CLOSED, {}],
      ['longest', LONG, CLOSED],
    ])('is shared by those who were in the race, where the %s began it', async (_, one, other) => {
      const { arrived, release } = held();
      const service = start();
      const first = service.renew(OLD, one);
      await arrived;
      const others = [service.renew(OLD, other), service.renew(OLD, one), service.renew(OLD, other)];
      release();
      const expected = await first;
      for (const tokens of others) await expect(tokens).resolves.toEqual(expected);
      expect(api.requests).toHaveLength(1);
      expect(reuses).toEqual([]);
    });

    it('shares its failure too', async () => {
      api.play(json(500, {}));
      const service = start();
      const codes = await Promise.all([service.renew(OLD), service.renew(OLD, LONG)].map(codeOf));
      expect(codes).toEqual(['issuer_failed', 'issuer_failed']);
      expect(api.requests).toHaveLength(1);
    });

    it('is given again as long as it is kept, where the token never left the server', async () => {
      api.play(longLived(NEW));
      const first = await start().renew(OLD);
      nowMs += LONG.replayMs - 1;
      await expect(start().renew(OLD, LONG)).resolves.toEqual(first);
      nowMs += 1;
      await expect(codeOf(start().renew(OLD, LONG))).resolves.toBe('invalid_grant');
      expect(reuses).toHaveLength(1);
    });

    it('is given again although the clock was half an hour ahead', async () => {
      api.play(answer());
      nowMs += HOUR / 2;
      const first = await start().renew(OLD);
      nowMs -= HOUR / 2;
      await expect(start().renew(OLD, LONG)).resolves.toEqual(first);
    });

    it('goes on from tokens that have expired since', async () => {
      api.play(answer());
      await start().renew(OLD);
      nowMs += HOUR + 60_000;
      api.play(longLived('1:third'));
      const renewed = await start().renew(OLD, LONG);
      expect(renewed).toMatchObject({ refreshToken: '1:third', family: hashRefreshToken(OLD) });
      expect(api.requests.map(({ body }) => body)).toEqual([{ grant_type: 'refresh_token', refresh_token: NEW }]);
      await expect(start().renew(NEW, LONG)).resolves.toEqual(renewed);
    });

    it('is replayed to none of them who comes after their own window', async () => {
      playOnce();
      const service = start();
      const first = await service.renew(OLD);
      nowMs += 10_000;
      const [patient, hasty] = await Promise.allSettled([service.renew(OLD, LONG), service.renew(OLD)]);
      expect(patient).toMatchObject({ status: 'fulfilled', value: first });
      expect(hasty).toMatchObject({ status: 'rejected', reason: { code: 'invalid_grant', reason: 'reused' } });
      expect(reuses).toHaveLength(1);
    });

    it('is told as a theft to the one alone whose window was over', async () => {
      playOnce();
      const service = start();
      await service.renew(OLD);
      nowMs += 10_000;
      const calls = [service.renew(OLD), service.renew(OLD, LONG), service.renew(OLD, CLOSED), service.renew(OLD)];
      const reasons = (await Promise.allSettled(calls)).map((settled) =>
        settled.status === 'rejected' && settled.reason instanceof EndedFamilyError ? settled.reason.reason : settled,
      );
      expect(reasons).toEqual(['reused', 'revoked', 'revoked', 'reused']);
      expect(reuses).toHaveLength(1);
    });

    it('asks the issuer once for what it could not write down', async () => {
      playOnce();
      const service = start();
      ledger.beforeComplete = () => Promise.reject(new StoreUnavailableError(5));
      await expect(codeOf(service.renew(OLD))).resolves.toBe('store_unavailable');
      ledger.beforeComplete = () => Promise.resolve();
      const completions = jest.spyOn(ledger, 'complete');
      const renewals = await Promise.all([service.renew(OLD), service.renew(OLD, LONG), service.renew(OLD, CLOSED)]);
      expect(new Set(renewals.map(({ refreshToken }) => refreshToken))).toEqual(new Set([NEW]));
      expect(completions).toHaveBeenCalledTimes(1);
      expect(api.requests).toHaveLength(1);
    });
  });

  describe('names the family', () => {
    const family = hashRefreshToken(OLD);

    it('by its first token, in every generation and to those who get it again', async () => {
      api.play(answer());
      await expect(start().renew(OLD)).resolves.toMatchObject({ refreshToken: NEW, family });
      await expect(start().renew(OLD)).resolves.toMatchObject({ refreshToken: NEW, family });
      api.play(answer({ refresh_token: '1:third' }));
      await expect(start().renew(NEW)).resolves.toMatchObject({ refreshToken: '1:third', family });
      await expect(start().bind('1:third', { issuer: issuer.url, subject: 'ann' })).resolves.toEqual({
        outcome: 'bound',
        family,
      });
    });

    it('to those who hear that it was ended', async () => {
      api.play(answer());
      const service = start({ refresh: { replaySeconds: 0 } });
      await service.renew(OLD);
      const ended = async (call: Promise<unknown>, reason: string): Promise<void> => {
        const error: unknown = await call.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(EndedFamilyError);
        expect(error).toMatchObject({ code: 'invalid_grant', family, reason });
      };
      await ended(service.renew(OLD), 'reused');
      await ended(service.renew(OLD), 'revoked');
      await ended(service.renew(NEW), 'revoked');
    });

    it('to one whose renewal came too late for a sign-out', async () => {
      const { arrived, release } = held();
      const service = start();
      const renewal = service.renew(OLD);
      await arrived;
      await service.revoke(OLD);
      release();
      await expect(renewal).rejects.toMatchObject({ family, reason: 'revoked' });
    });

    it('where it is written down later', async () => {
      playOnce();
      await start().bind(OLD, { issuer: issuer.url, subject: 'ann' });
      const service = start();
      ledger.afterComplete = () => Promise.reject(new StoreUnavailableError(5));
      await codeOf(service.renew(OLD));
      ledger.afterComplete = () => Promise.resolve();
      await expect(service.renew(OLD)).resolves.toMatchObject({ refreshToken: NEW, family });
    });

    it('to nobody where the issuer itself says no, or the owner cannot be kept', async () => {
      api.play(json(400, {}));
      const error: unknown = await start()
        .renew(OLD)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InvalidGrantError);
      expect(error).not.toBeInstanceOf(EndedFamilyError);
      const nobody = { issuer: issuer.url, subject: 's'.repeat(256) };
      await expect(start().bind(OLD, nobody)).resolves.toEqual({ outcome: 'foreign' });
    });
  });

  describe('that the issuer fails', () => {
    it.each<[string, Script, string]>([
      ['is busy', json(429, {}, { 'retry-after': '7' }), 'issuer_busy'],
      ['fails', json(500, {}), 'issuer_failed'],
      ['does not know the path', json(404, {}), 'issuer_failed'],
      ['hangs', () => undefined, 'issuer_timeout'],
    ])('burns nothing when it %s', async (_, script, code) => {
      const service = start();
      await service.bind(OLD, { issuer: issuer.url, subject: 'ann' });
      api.play(script);
      await expect(codeOf(service.renew(OLD))).resolves.toBe(code);
      api.play(answer());
      // Another process need not wait for any lease.
      await expect(codeOf(start().renew(OLD))).resolves.toBe('renewed');
      expect(api.requests).toHaveLength(1);
    });

    it.each([400, 401])('ends the family when it says %i', async (status) => {
      api.play(answer());
      await start().renew(OLD);
      api.play(json(status, {}));
      await expect(codeOf(start().renew(NEW))).resolves.toBe('invalid_grant');
      api.play(answer());
      for (const token of [OLD, NEW]) await expect(codeOf(start().renew(token))).resolves.toBe('invalid_grant');
      expect(api.requests).toHaveLength(0);
    });

    it('remembers nothing of a token that was never good', async () => {
      api.play(json(400, {}));
      for (let junk = 0; junk < 20; junk++) {
        await expect(codeOf(start().renew(`junk ${String(junk)}`))).resolves.toBe('invalid_grant');
      }
      expect(ledger.size).toBe(0);
    });
  });

  describe('that comes back for somebody else', () => {
    it('is a failure of the issuer, and nobody gets it', async () => {
      const service = start();
      await service.bind(OLD, { issuer: issuer.url, subject: 'eve' });
      api.play(answer());
      await expect(codeOf(service.renew(OLD))).resolves.toBe('issuer_failed');
      api.play(json(200, { ...issuer.tokens({ subject: 'eve' }), refresh_token: NEW }));
      await expect(codeOf(service.renew(OLD))).resolves.toBe('renewed');
    });

    it('is one too in the second generation', async () => {
      api.play(answer());
      const service = start();
      await service.renew(OLD);
      api.play(json(200, issuer.tokens({ subject: 'eve' })));
      await expect(codeOf(service.renew(NEW))).resolves.toBe('issuer_failed');
    });
  });

  describe('while the store is down', () => {
    const down = (): Promise<void> => Promise.reject(new StoreUnavailableError(5));

    it('asks nobody', async () => {
      api.play(answer());
      jest.spyOn(ledger, 'claim').mockRejectedValueOnce(new StoreUnavailableError(5));
      await expect(start().renew(OLD)).rejects.toMatchObject({ code: 'store_unavailable', retryAfterSeconds: 5 });
      expect(api.requests).toHaveLength(0);
    });

    it.each(['before', 'after'])('keeps what has come, where it goes down %s the renewal is written', async (when) => {
      playOnce();
      const service = start();
      ledger[when === 'before' ? 'beforeComplete' : 'afterComplete'] = down;
      await expect(codeOf(service.renew(OLD))).resolves.toBe('store_unavailable');
      await expect(codeOf(service.renew(OLD))).resolves.toBe('store_unavailable');
      ledger.beforeComplete = ledger.afterComplete = () => Promise.resolve();
      const renewed = await service.renew(OLD);
      expect(renewed.refreshToken).toBe(NEW);
      expect(api.requests).toHaveLength(1);
      await expect(start().renew(OLD)).resolves.toEqual(renewed);
    });

    it('says what the issuer said, where a claim cannot be given back', async () => {
      api.play(json(500, {}));
      jest.spyOn(ledger, 'release').mockRejectedValueOnce(new StoreUnavailableError(5));
      await expect(codeOf(start().renew(OLD))).resolves.toBe('issuer_failed');
    });
  });

  it('that one process cannot verify is finished by another, without a second call', async () => {
    playOnce();
    const first = start();
    issuer.goDown();
    await expect(codeOf(first.renew(OLD))).resolves.toBe('keys_unavailable');
    issuer.comeBack();
    await expect(start().renew(OLD)).resolves.toMatchObject({ refreshToken: NEW, principal: ANN });
    expect(api.requests).toHaveLength(1);
  });

  it('of somebody who is locked out ends the family', async () => {
    api.play(answer());
    await expect(codeOf(start({}, { isRevoked: () => true }).renew(OLD))).resolves.toBe('invalid_grant');
    await expect(codeOf(start().renew(NEW))).resolves.toBe('renewed');
  });

  it('of a revoked token asks nobody', async () => {
    api.play(answer());
    const service = start();
    await service.renew(OLD);
    await service.revoke(OLD);
    await expect(codeOf(service.renew(NEW))).resolves.toBe('invalid_grant');
    expect(api.requests).toHaveLength(1);
  });

  it.each<[string, { subject?: string; refresh_token?: string }]>([
    ['a refresh token that nobody could use', { refresh_token: 'x'.repeat(5_000) }],
    ['a subject that no database keeps', { subject: 's'.repeat(256) }],
  ])('with %s is a failure of the issuer', async (_, { subject, ...changes }) => {
    const tokens = issuer.tokens(subject === undefined ? ANN : { subject });
    api.play(json(200, { ...tokens, ...changes }));
    await expect(codeOf(start().renew(OLD))).resolves.toBe('issuer_failed');
  });
});
