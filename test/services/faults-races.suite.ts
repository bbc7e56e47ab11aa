import type { Answer } from '../e2e/platforms.js';
import type { FaultsProcess } from './faults-process.js';
import { expectAllSignedIn, inSeconds, stopwatch, tallyOf, tokenIdsOf, verdictOf } from './faults-witness.js';
import { HOUR_MS, type FaultsWorld, type SignedIn } from './faults-world.js';

/** How soon a process knows what another one has ended. */
const BOUND_MS = 5_000;

/** Declares the tests of two processes that are asked at once, and of what one of them does and the other has to know. */
export function describeRaces(inWorld: () => FaultsWorld): void {
  describe('two processes that are asked at once', () => {
    let world: FaultsWorld;
    beforeAll(() => {
      world = inWorld();
    });
    beforeEach(() => {
      world.issuer.forgetRenewals();
    });

    /** Two hundred requests, half of them at each process. */
    function twoHundred(ask: (at: FaultsProcess, index: number) => Promise<Answer>): Promise<Answer[]> {
      const { one, two } = world;
      return Promise.all(Array.from({ length: 200 }, (_, index) => ask(index % 2 === 0 ? one : two, index)));
    }

    it('renew the one session of two hundred requests by one call, and answer all of them', async () => {
      const { one, issuer } = world;
      const ann = await world.signIn(one);
      const before = tokenIdsOf([await world.guarded(one, ann)]);
      await world.pass(2 * HOUR_MS);
      const elapsed = stopwatch();
      const answers = await twoHundred((at) => world.guarded(at, ann));
      const took = inSeconds(elapsed());
      world.report(`200 requests of one expired session: ${tallyOf(answers)}, ${issuer.renewals} call, ${took}`);
      expect(tallyOf(answers)).toBe('200 × 200');
      expect(issuer.renewals).toBe(1);
      expect(tokenIdsOf(answers).size).toBe(1);
      expect(tokenIdsOf(answers)).not.toEqual(before);
      await world.pass(2 * HOUR_MS);
      await expectAllSignedIn(world, [ann]);
      expect(issuer.renewals).toBe(2);
    });

    // Two hundred calls with one refresh token that no session has: refresh-races.spec.ts.
    it('make one call for a session and for everybody who brings its refresh token', async () => {
      const { two, issuer } = world;
      const ann = await world.signIn(two);
      await world.pass(2 * HOUR_MS);
      const answers = await twoHundred((at, index) =>
        index % 4 < 2 ? world.guarded(at, ann) : world.refresh(at, ann.refreshToken),
      );
      world.report(`100 requests of a session, 100 of its token: ${tallyOf(answers)}, ${issuer.renewals} call`);
      expect(tallyOf(answers)).toBe('200 × 200');
      expect(issuer.renewals).toBe(1);
      await world.pass(2 * HOUR_MS);
      await expectAllSignedIn(world, [ann]);
      expect(issuer.mostRenewalsOfOne).toBe(1);
    });

    it('renew each of fifty sessions once', async () => {
      const { one, two, issuer } = world;
      const people = [...(await world.signInMany(one, 25)), ...(await world.signInMany(two, 25))];
      await world.pass(2 * HOUR_MS);
      const answers = await Promise.all(
        people.flatMap((person) => [one, two, two, one].map((at) => world.guarded(at, person))),
      );
      expect(tallyOf(answers)).toBe('200 × 200');
      expect(issuer.renewals).toBe(50);
    });

    it('refuse within five seconds whoever was signed out in the other one', async () => {
      const { one, two, issuer } = world;
      const [ann, bob, eve] = [world.person(), world.person(), world.person()];
      const [leaving, ended, ending] = (await signInAll(one, [ann, ann, ann])) as [SignedIn, SignedIn, SignedIn];
      const [everywhere, disabled] = (await signInAll(one, [bob, eve])) as [SignedIn, SignedIn];
      const [tokenOfBob, tokenOfEve] = [issuer.token(bob), issuer.token(eve)];
      await expectAllSignedIn(world, [leaving, ended, ending, everywhere, disabled]);
      // Tokens tell the second of their issue, and no more.
      await world.pass(1_000);

      const elapsed = stopwatch();
      const expectRefused = async (what: string, ask: () => Promise<Answer>): Promise<void> => {
        let answer = await ask();
        while (answer.status === 200) answer = await ask();
        const afterMs = elapsed();
        world.report(`${what}: ${verdictOf(answer)} in the other process after ${inSeconds(afterMs)}`);
        expect(answer.status).toBe(401);
        expect(afterMs).toBeLessThan(BOUND_MS);
      };
      const [, ...answers] = await Promise.all([
        one.order({ order: 'disable', subject: disabled.subject }),
        world.change(one, 'POST', '/logout', leaving),
        world.change(one, 'DELETE', `/sessions/${ended.handle}`, ending),
        world.change(one, 'POST', '/logout?all=true', everywhere),
        expectRefused('POST /logout', () => world.guarded(two, leaving)),
        expectRefused('DELETE /sessions/:handle', () => world.guarded(two, ended)),
        expectRefused('POST /logout?all=true', () => world.guarded(two, everywhere)),
        expectRefused('POST /logout?all=true, a token', () => world.guardedByToken(two, tokenOfBob)),
        expectRefused('UsersService.disable', () => world.guarded(two, disabled)),
        expectRefused('UsersService.disable, a token', () => world.guardedByToken(two, tokenOfEve)),
      ]);
      expect(answers.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => expect.objectContaining({ status: 204 })));
      // Who has ended another session of theirs is there all the same.
      await expectAllSignedIn(world, [ending]);
    });

    const signInAll = (at: FaultsProcess, people: Parameters<FaultsWorld['signIn']>[1][]): Promise<SignedIn[]> =>
      Promise.all(people.map((person) => world.signIn(at, person)));
  });
}
