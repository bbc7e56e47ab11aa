import type { Answer } from '../e2e/platforms.js';
import type { FaultyIssuer } from './faults-issuer.js';
import { expectAllSignedIn, inSeconds, stopwatch, tallyOf, verdictOf } from './faults-witness.js';
import { API_TIMEOUT_MS, HOUR_MS, type FaultsWorld } from './faults-world.js';

interface BadDay {
  readonly what: string;
  readonly begin: (issuer: FaultyIssuer) => void | Promise<void>;
  /** What they hear whose tokens have to be renewed. */
  readonly failure: string;
}

const BAD_DAYS: readonly BadDay[] = [
  { what: 'answers 500', begin: (issuer) => issuer.fail(), failure: '502 issuer_failed' },
  { what: 'hangs', begin: (issuer) => issuer.hang(), failure: '504 issuer_timeout' },
  { what: 'is gone', begin: (issuer) => issuer.goAway(), failure: '502 issuer_failed' },
];

const MINUTES = 2;
/** Nobody waits for the issuer longer than it is given, whoever asks it; and a busy machine takes its time. */
const PATIENCE_MS = API_TIMEOUT_MS + 2_000;

/** Declares the tests of what the processes cannot help: the issuer's bad days, and a clock that is wrong. */
export function describeUpstreamFaults(inWorld: () => FaultsWorld): void {
  let world: FaultsWorld;
  beforeAll(() => {
    world = inWorld();
  });
  beforeEach(() => {
    world.issuer.forgetRenewals();
  });
  afterEach(async () => {
    await world.issuer.comeBack();
    await world.resetClocks();
  });

  describe.each(BAD_DAYS)('an issuer that $what', ({ what, begin, failure }) => {
    it('costs those an answer who have to renew, nobody a session or a token, and is back when it is back', async () => {
      const { one, two, issuer } = world;
      const expired = [...(await world.signInMany(one, 5)), ...(await world.signInMany(two, 5))];
      const tokens = expired.map(() => issuer.payload(world.person()).oauth_token.refresh_token);
      await world.pass(2 * HOUR_MS);
      const fresh = [...(await world.signInMany(one, 5)), ...(await world.signInMany(two, 5))];
      const bearers = fresh.map((person) => issuer.token(person));
      const inTurn = <T>(all: readonly T[], ask: (at: typeof one, each: T) => Promise<Answer>): Promise<Answer[]> =>
        Promise.all(all.map((each, index) => ask(index % 2 === 0 ? one : two, each)));
      const renew = async (): Promise<Answer[]> => {
        const answers = await Promise.all([
          inTurn(tokens, (at, token) => world.refresh(at, token)),
          ...[one, two].map((at) => Promise.all(expired.map((person) => world.guarded(at, person)))),
        ]);
        return answers.flat();
      };

      await begin(issuer);
      for (let minute = 0; minute < MINUTES; minute++) {
        const elapsed = stopwatch();
        const failing = renew();
        const sessions = await Promise.all([one, two].flatMap((at) => fresh.map((each) => world.guarded(at, each))));
        const byToken = await inTurn(bearers, (at, token) => world.guardedByToken(at, token));
        const people = bearers.map(() => world.person());
        const logins = await inTurn(people, (at, person) => world.login(at, issuer.payload(person)));
        const failed = await failing;
        world.report(
          `the issuer ${what}: ${tallyOf(failed)} where a renewal is needed, ${tallyOf([...sessions, ...byToken])} ` +
            `elsewhere, ${tallyOf(logins)} at the login, within ${inSeconds(elapsed())}`,
        );
        expect([tallyOf(sessions), tallyOf(byToken), tallyOf(logins)]).toEqual(['200 × 20', '200 × 10', '201 × 10']);
        // Who waits for another process may hear that it takes longer.
        for (const answer of failed) expect([failure, '503 renewal_pending']).toContain(verdictOf(answer));
        expect(failed.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
        expect(elapsed()).toBeLessThan(PATIENCE_MS);
        await world.pass(60_000);
      }
      // Nobody has to wait for the issuer to sign out.
      const [leaving] = await world.signInMany(two, 1);
      if (leaving !== undefined) expect((await world.change(one, 'POST', '/logout', leaving)).status).toBe(204);
      const refreshTokens = [...expired.map(({ refreshToken }) => refreshToken), ...tokens];
      expect(refreshTokens.filter((token) => !issuer.accepts(token))).toEqual([]);

      await issuer.comeBack();
      const elapsed = stopwatch();
      const answers = await renew();
      world.report(`the issuer is back: ${tallyOf(answers)} after ${inSeconds(elapsed())}`);
      expect(tallyOf(answers)).toBe('200 × 30');
      expect(elapsed()).toBeLessThan(PATIENCE_MS);
    }, 60_000);
  });

  describe.each([
    ['ahead', HOUR_MS],
    ['back', -HOUR_MS],
  ])('the clock of one process that jumps an hour %s', (where, byMs) => {
    it('costs nobody a session, and no refresh token is used twice', async () => {
      const { one, two, issuer } = world;
      const expired = await world.signInMany(one, 10);
      await world.pass(2 * HOUR_MS);
      const fresh = [...(await world.signInMany(one, 10)), ...(await world.signInMany(two, 10))];
      const people = [...expired, ...fresh];
      await world.jump(two, byMs);
      const right: Answer[] = [];
      const wrong: Answer[] = [];
      for (let round = 0; round < 3; round++) {
        await Promise.all(
          people.flatMap((person) => [
            world.guarded(two, person).then((answer) => wrong.push(answer)),
            world.guarded(one, person).then((answer) => right.push(answer)),
          ]),
        );
      }
      const calls = `${issuer.renewals} calls for ${people.length} sessions`;
      world.report(`a clock an hour ${where}: ${tallyOf(wrong)} there, ${tallyOf(right)} elsewhere, ${calls}`);
      expect(tallyOf(right)).toBe('200 × 90');
      // The issuer's tokens may look as if they came from the future.
      for (const answer of wrong)
        expect(['200', '502 issuer_failed', '503 renewal_pending']).toContain(verdictOf(answer));
      expect(wrong.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
      await world.resetClocks();
      await expectAllSignedIn(world, people);
      expect(issuer.mostRenewalsOfOne).toBe(1);
      // Who has renewed a session does not do it again since a clock calls the new token old; each process may once.
      expect(issuer.renewals).toBeLessThanOrEqual(people.length + expired.length);
    }, 30_000);
  });
}
