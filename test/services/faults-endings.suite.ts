import { once } from 'node:events';
import { connect } from 'node:net';

import type { Dealing } from './faults-issuer.js';
import type { FaultsProcess } from './faults-process.js';
import {
  askUntilDecided,
  expectAllSignedIn,
  Gate,
  inSeconds,
  stopwatch,
  tally,
  tallyOf,
  tokenIdsOf,
  verdictOf,
} from './faults-witness.js';
import { ABANDONED_WITHIN_MS, HOUR_MS, type FaultsWorld, type SignedIn } from './faults-world.js';

const NEVER = new Promise<never>(() => undefined);

/** Declares the tests of a process that ends while people wait for it: without warning, and in peace. */
export function describeEndings(inWorld: () => FaultsWorld): void {
  describe('the end of a process', () => {
    let world: FaultsWorld;
    beforeAll(() => {
      world = inWorld();
    });
    beforeEach(() => {
      world.issuer.forgetRenewals();
    });
    afterEach(() => world.issuer.comeBack());

    it('by SIGKILL in the middle of a renewal leaves a session, or takes one new sign-in, and never two living families', async () => {
      const { one, two: victim, issuer } = world;
      const people = (await world.signInMany(victim, 4)) as [SignedIn, SignedIn, SignedIn, SignedIn];
      const [unheard, unread, forked, unwritten] = people;
      await world.pass(2 * HOUR_MS);
      await victim.order({ order: 'stand still', handle: unwritten.handle });

      const frozen = new Gate();
      const deals: Record<string, Dealing> = {
        // The issuer does not answer, and has not spent anything.
        [unheard.refreshToken]: () => NEVER,
        // It has spent the token; its answer arrives, and nobody reads it.
        [unread.refreshToken]: async ({ decide }) => {
          const answer = await decide();
          await frozen.opened;
          return answer;
        },
        // The same, at an issuer that takes the spent token again.
        [forked.refreshToken]: async () => {
          await frozen.opened;
          return { status: 200, body: issuer.payload(forked).oauth_token };
        },
      };
      // The fourth: the ledger has it, the session does not.
      issuer.dealing = (renewal) => deals[renewal.refreshToken]?.(renewal) ?? renewal.decide();
      const lost = people.map((person) => world.guarded(victim, person).then(verdictOf, () => 'no answer'));
      await Promise.all([issuer.untilRenewals(4), victim.untilItStands(unwritten.handle)]);
      victim.freeze();
      frozen.open();
      await issuer.untilAnswered(3);
      expect(await victim.end('SIGKILL')).toBe('SIGKILL');
      expect(tally(await Promise.all(lost))).toBe('no answer × 4');
      await issuer.comeBack();
      const replaced = world.replace(victim);

      const elapsed = stopwatch();
      const outcomes = await Promise.all(
        Object.entries({ unheard, unread, forked, unwritten }).map(async ([what, person]) => {
          const { answer, before } = await askUntilDecided(() => world.guarded(one, person));
          const outcome = verdictOf(answer);
          world.report(`killed, its renewal ${what}: ${outcome} after ${inSeconds(elapsed())} (${tally(before)})`);
          expect(elapsed()).toBeLessThan(ABANDONED_WITHIN_MS);
          expect(before.filter((verdict) => verdict !== '503 renewal_pending')).toEqual([]);
          // Who has to sign in again has no cookie in the way.
          const cleared = answer.headers.getSetCookie().filter((cookie) => cookie.includes('Max-Age=0'));
          expect(cleared).toHaveLength(answer.status === 401 ? 1 : 0);
          return outcome;
        }),
      );
      expect(outcomes).toEqual(['200', '401 session_ended', '200', '200']);
      const countLiving = () =>
        Promise.all(people.map(async ({ subject }) => (await world.ledger.findLiving(subject)).length));
      expect(await countLiving()).toEqual([1, 0, 1, 1]);
      const again = await world.signIn(one, unread);
      expect(await countLiving()).toEqual([1, 1, 1, 1]);

      await replaced;
      await world.pass(2 * HOUR_MS);
      await expectAllSignedIn(world, [unheard, again, forked, unwritten]);
      expect(await countLiving()).toEqual([1, 1, 1, 1]);
    }, 60_000);

    it('by SIGTERM answers the hundred requests that it has, and keeps what they came to', async () => {
      const { one, two: ending, issuer } = world;
      const people = await world.signInMany(ending, 50);
      const tokens = people.map(() => issuer.payload(world.person()).oauth_token.refresh_token);
      await world.pass(2 * HOUR_MS);
      const gate = new Gate();
      issuer.dealing = ({ decide }) => gate.opened.then(decide);
      const requests = [
        ...people.map((person) => world.guarded(ending, person)),
        ...tokens.map((token) => world.refresh(ending, token)),
      ];
      await issuer.untilRenewals(100);
      const elapsed = stopwatch();
      const ended = ending.end('SIGTERM');
      const replaced = world.replace(ending);
      await untilClosed(ending);
      gate.open();
      const answers = await Promise.all(requests);
      const answered = inSeconds(elapsed());
      // Connections that clients keep alive end by themselves.
      expect(await ended).toBe('SIGTERM');
      const gone = inSeconds(elapsed());
      world.report(`SIGTERM with 100 requests in flight: ${tallyOf(answers)} after ${answered}, gone after ${gone}`);
      expect(tallyOf(answers)).toBe('200 × 100');
      const kept = await Promise.all(people.map((person) => world.guarded(one, person)));
      expect(tokenIdsOf(kept)).toEqual(tokenIdsOf(answers.slice(0, 50)));
      expect(issuer.renewals).toBe(100);
      await replaced;
      await expectAllSignedIn(world, people);
    }, 60_000);
  });
}

/** Resolves when a process takes no more connections. */
async function untilClosed({ url }: FaultsProcess): Promise<void> {
  for (;;) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (!isOpen) return;
  }
}
