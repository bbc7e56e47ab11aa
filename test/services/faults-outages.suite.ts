import type { Answer } from '../e2e/platforms.js';
import { Load, summaryOf, type Sample } from './faults-load.js';
import type { FaultsProcess } from './faults-process.js';
import { askUntilDecided, Gate, inSeconds, stopwatch, tally, tallyOf, verdictOf } from './faults-witness.js';
import { ABANDONED_WITHIN_MS, HOUR_MS, type FaultsWorld, type SignedIn } from './faults-world.js';
import type { PrivateServer } from './private-server.js';

/** Nobody waits longer, and everything is well so soon after the server's return. */
const BOUND_MS = 5_000;
/** Answers to each kind of request, before an outage and within it. */
const ENOUGH = 6;
/** The least time of an outage. */
const OUTAGE_MS = 1_500;

/** How a server goes, and how it comes back. */
const OUTAGES = {
  'is stopped': { go: (server: PrivateServer) => server.stop(), comeBack: (server: PrivateServer) => server.start() },
  crashes: { go: (server: PrivateServer) => server.crash(), comeBack: (server: PrivateServer) => server.start() },
  freezes: { go: (server: PrivateServer) => server.freeze(), comeBack: (server: PrivateServer) => server.thaw() },
} as const;

export type Outage = readonly ['PostgreSQL' | 'Redis', keyof typeof OUTAGES];

/** What people ask for. */
type Request = 'a token' | 'a warm session' | 'a cold session' | 'a session to renew' | 'POST /login' | 'POST /refresh';

/** Which requests go on while a server is away. */
function expectedOf(hasSessions: boolean): Record<Request, boolean> {
  return {
    'a token': true,
    'a warm session': true,
    'a cold session': !hasSessions,
    'a session to renew': !hasSessions,
    // It takes the users, and the session.
    'POST /login': false,
    'POST /refresh': !hasSessions,
  };
}

const isGood = ({ status }: Sample): boolean => status === 200 || status === 201;

/** Declares the tests of a server that goes and comes back while everybody works. */
export function describeOutages(inWorld: () => FaultsWorld, outages: readonly Outage[]): void {
  let world: FaultsWorld;
  beforeAll(() => {
    world = inWorld();
  });
  beforeEach(() => {
    world.issuer.forgetRenewals();
  });
  afterEach(() => world.issuer.comeBack());

  const newRefreshToken = (): string => world.issuer.payload(world.person()).oauth_token.refresh_token;

  /** Everybody in turn. */
  function inTurn<T>(all: readonly T[], ask: (each: T) => Promise<Answer>): () => Promise<Answer> {
    let turn = 0;
    return () => ask(all[turn++ % all.length] as T);
  }

  /** Each token until it is good for something; then another one. */
  function spending(at: FaultsProcess, tokens: string[]): () => Promise<Answer> {
    return async () => {
      const token = tokens.shift() ?? newRefreshToken();
      const answer = await world.refresh(at, token);
      tokens.push(answer.status === 200 ? newRefreshToken() : token);
      return answer;
    };
  }

  /** Everything comes to a good end. A renewal that a server took with it is free again when its lease has ended. */
  async function expectAllGood(what: string, asks: readonly (() => Promise<Answer>)[]): Promise<void> {
    const elapsed = stopwatch();
    const decisions = await Promise.all(asks.map(askUntilDecided));
    const pending = tally(decisions.flatMap(({ before }) => before)) || 'none';
    world.report(
      `  ${what}: ${tallyOf(decisions.map(({ answer }) => answer))} after ${inSeconds(elapsed())} (503: ${pending})`,
    );
    expect(tallyOf(decisions.map(({ answer }) => answer))).toBe(`200 × ${asks.length}`);
    expect(elapsed()).toBeLessThan(ABANDONED_WITHIN_MS);
  }

  describe.each(outages)('%s that %s under load', (which, how) => {
    it('stops nobody who needs nothing of it, says 503 in time to the others, and loses nothing', async () => {
      const server = which === 'Redis' ? world.redis : world.postgres;
      if (server === null) throw new Error('there is no such server');
      const { one, two, issuer, processes } = world;
      const renewable = [...(await world.signInMany(one, 5)), ...(await world.signInMany(two, 5))];
      await world.pass(2 * HOUR_MS);
      const warm = await world.signInMany(one, 10);
      for (const person of warm) await world.guarded(two, person);
      const coldAt = { one: await world.signInMany(two, 10), two: await world.signInMany(one, 10) };
      const bearers = warm.map((person) => issuer.token(person));
      const tokens = processes.map(() => Array.from({ length: 12 }, newRefreshToken));

      const load = new Load();
      const drive = (request: Request, clients: number, ask: (at: FaultsProcess) => () => Promise<Answer>): void => {
        for (const at of processes) load.drive(`${request} at ${at === one ? 'one' : 'two'}`, clients, ask(at));
      };
      drive('a token', 1, (at) => inTurn(bearers, (token) => world.guardedByToken(at, token)));
      drive('a warm session', 1, (at) => inTurn(warm, (person) => world.guarded(at, person)));
      drive('POST /login', 6, (at) => () => world.login(at, issuer.payload(world.person())));
      drive('POST /refresh', 6, (at) => spending(at, tokens[at === one ? 0 : 1] ?? []));
      await load.until((samples) => hasEnough(samples, 8));

      const { go, comeBack } = OUTAGES[how];
      await go(server);
      const downAtMs = performance.now();
      drive('a cold session', 3, (at) => inTurn(at === one ? coldAt.one : coldAt.two, (who) => world.guarded(at, who)));
      drive('a session to renew', 3, (at) => inTurn(renewable, (who) => world.guarded(at, who)));
      await load.until(
        (samples) =>
          performance.now() - downAtMs >= OUTAGE_MS &&
          hasEnough(
            samples.filter(({ startedAtMs }) => startedAtMs >= downAtMs),
            12,
          ),
      );
      const upAtMs = performance.now();
      await comeBack(server);
      const backAtMs = performance.now();
      const isWell = (sample: Sample): boolean => sample.startedAtMs >= backAtMs && isGood(sample);
      await load.until((samples) => new Set(samples.filter(isWell).map(({ what }) => what)).size === 12);
      await load.stop();

      world.report(`${which} ${how} for ${inSeconds(backAtMs - downAtMs)}, ${load.samples.length} requests`);
      const expected = expectedOf(server === world.store);
      for (const what of new Set(load.samples.map((sample) => sample.what))) {
        const own = load.samples.filter((sample) => sample.what === what);
        const within = own.filter(({ startedAtMs, endedAtMs }) => startedAtMs >= downAtMs && endedAtMs <= upAtMs);
        const wellMs = Math.min(...own.filter(isWell).map(({ endedAtMs }) => endedAtMs)) - backAtMs;
        world.report(`  ${what}: ${summaryOf(within)}; all in all ${summaryOf(own)}; well after ${inSeconds(wellMs)}`);
        const goesOn = expected[what.replace(/ at \w+$/, '') as Request];
        const verdicts = new Set(within.map(({ verdict }) => verdict));
        expect([what, ...verdicts]).toEqual([what, goesOn ? '200' : '503 store_unavailable']);
        expect([what, wellMs < BOUND_MS]).toEqual([what, true]);
      }
      for (const sample of load.samples) {
        const { status, startedAtMs, endedAtMs, retryAfter, touchesCookies } = sample;
        const isClean = status === 503 && Number(retryAfter) >= 1 && !touchesCookies;
        expect([sample, isGood(sample) || isClean, endedAtMs - startedAtMs < BOUND_MS]).toEqual([sample, true, true]);
      }

      const people = [...warm, ...coldAt.one, ...coldAt.two, ...renewable];
      const askAll = processes.flatMap((at) => people.map((person) => () => world.guarded(at, person)));
      await expectAllGood('all sessions', askAll);
      const spendAll = processes.flatMap((at, index) =>
        (tokens[index] ?? []).map((token) => () => world.refresh(at, token)),
      );
      await expectAllGood('all refresh tokens', spendAll);
      // More than there are connections in the pool.
      const crowd = await Promise.all(processes.map((at) => world.signInMany(at, 20)));
      expect(crowd.flat()).toHaveLength(40);
      expect(issuer.mostRenewalsOfOne).toBe(1);
    }, 90_000);
  });

  describe('an answer of the issuer that comes while sessions are out of reach', () => {
    it('is not lost, whichever process is asked next', async () => {
      const { one, two, issuer, store } = world;
      const people = await world.signInMany(one, 4);
      await world.pass(2 * HOUR_MS);
      const gate = new Gate();
      issuer.dealing = ({ decide }) => gate.opened.then(decide);
      const asked = people.map((person) => world.guarded(one, person));
      await issuer.untilRenewals(people.length);
      await store.stop();
      gate.open();
      expect(tallyOf(await Promise.all(asked))).toBe('503 store_unavailable × 4');
      await store.start();
      const elapsed = stopwatch();
      const outcomes = await Promise.all(
        people.map(async (person: SignedIn, index) => {
          const at = index % 2 === 0 ? one : two;
          const { answer } = await askUntilDecided(() => world.guarded(at, person));
          return `${verdictOf(answer)} in the ${at === one ? 'same' : 'other'} process`;
        }),
      );
      world.report(`renewed while ${store.name} was stopped: ${tally(outcomes)} after ${inSeconds(elapsed())}`);
      expect(tally(outcomes)).toBe('200 in the other process × 2, 200 in the same process × 2');
      expect(issuer.mostRenewalsOfOne).toBe(1);
    }, 60_000);
  });
}

/** Whether there are so many kinds, and enough of each. */
function hasEnough(samples: readonly Sample[], kinds: number): boolean {
  const counts = new Map<string, number>();
  for (const { what } of samples) counts.set(what, (counts.get(what) ?? 0) + 1);
  return counts.size === kinds && [...counts.values()].every((count) => count >= ENOUGH);
}
