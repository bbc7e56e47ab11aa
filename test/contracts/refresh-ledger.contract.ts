import { createHash, randomUUID } from 'node:crypto';

import type { Claim, ClaimRequest, Completion, RefreshLedger } from 'nestjs-cotter';

/** What the suite needs of an adapter. */
export interface RefreshLedgerFixture {
  /** Ledgers over one store, as independent of each other as processes are. */
  ledgers(realm: string): readonly [RefreshLedger, ...RefreshLedger[]];
  /** Everything that the store holds, as text. */
  dump(realm: string): Promise<string>;
  close(): Promise<void>;
  /** Whether `sweep` is what makes it forget; where not, the store does by itself. */
  readonly isSwept: boolean;
}

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const KEEP = 60 * 24 * HOUR;
const LEASE = 13_000;
const REPLAY = 10_000;
const RACERS = 100;
const ANN = { issuer: 'https://www.cotter.app', subject: 'ann' };
const BOB = { issuer: 'https://www.cotter.app', subject: 'bob' };

const hash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Declares the tests that every {@link RefreshLedger} has to pass. */
export function describeRefreshLedger(name: string, open: () => Promise<RefreshLedgerFixture>): void {
  describe(`the refresh ledger of ${name}`, () => {
    let fixture: RefreshLedgerFixture;
    let realm: string;
    let ledger: RefreshLedger;
    let others: readonly RefreshLedger[];

    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(() => fixture.close());
    beforeEach(() => {
      realm = `r-${randomUUID()}`;
      [ledger, ...others] = fixture.ledgers(realm);
    });

    const time = (nowMs = NOW) => ({ nowMs, keepMs: KEEP });

    function ask(token: string, changes: Partial<ClaimRequest> = {}, whom = ledger): Promise<Claim> {
      return whom.claim(hash(token), { ...time(), leaseMs: LEASE, replayMs: REPLAY, watched: null, ...changes });
    }

    async function claimed(token: string, changes: Partial<ClaimRequest> = {}) {
      const claim = await ask(token, changes);
      if (claim.outcome !== 'claimed') throw new Error(`expected a claim, got ${JSON.stringify(claim)}`);
      return claim;
    }

    function complete(token: string, claimId: string, next: string, changes: Partial<Completion> = {}) {
      const completion = { ...time(), successorHash: hash(next), sealed: `sealed ${next}`, owner: ANN, ...changes };
      return ledger.complete(hash(token), claimId, completion);
    }

    async function renew(token: string, next: string, changes: Partial<Completion> = {}) {
      const { claimId } = await claimed(token);
      await expect(complete(token, claimId, next, changes)).resolves.toBe('completed');
      return claimId;
    }

    /** What anyone is told of a family that is named by its first token. */
    const refused = (reason: 'reused' | 'revoked', first = 'a', owner: unknown = ANN) => ({
      outcome: 'refused',
      family: hash(first),
      reason,
      owner,
    });
    const renewed = (next: string, first = 'a') => ({
      outcome: 'renewed',
      family: hash(first),
      sealed: `sealed ${next}`,
    });
    const bound = (first: string) => ({ outcome: 'bound', family: hash(first) });
    const ended = (first: string) => ({ outcome: 'ended', family: hash(first) });
    const FOREIGN = { outcome: 'foreign' };

    /** One call for each of a hundred racers, spread over all ledgers there are. */
    function race<T>(run: (whom: RefreshLedger) => Promise<T>): Promise<T[]> {
      const all = [ledger, ...others];
      return Promise.all(Array.from({ length: RACERS }, (_, racer) => run(all[racer % all.length] ?? ledger)));
    }

    describe('a claim', () => {
      it('goes to one of a hundred, for a token that nobody has seen and for one that is known', async () => {
        await renew('known', 'known 2');
        for (const token of ['unknown', 'known 2']) {
          const claims = await race((whom) => ask(token, {}, whom));
          const [winner, ...more] = claims.filter(({ outcome }) => outcome === 'claimed');
          if (winner?.outcome !== 'claimed') throw new Error('nobody won');
          expect(more).toEqual([]);
          const expected =
            token === 'unknown' ? { family: hash(token), owner: null } : { family: hash('known'), owner: ANN };
          expect(winner).toMatchObject({ ...expected, held: null });
          const losers = claims.filter(({ outcome }) => outcome === 'running');
          expect(losers).toHaveLength(RACERS - 1);
          expect(losers[0]).toEqual({ outcome: 'running', claimId: winner.claimId, leaseMs: LEASE });
        }
      });

      it('is kept from other realms', async () => {
        await renew('a', 'b');
        const [stranger] = fixture.ledgers(`r-${randomUUID()}`);
        await expect(ask('a', {}, stranger)).resolves.toMatchObject({ outcome: 'claimed', owner: null });
      });

      it('can be had again once it was given back, by whoever asks', async () => {
        const { claimId } = await claimed('a');
        await ledger.release(hash('a'), claimId, null);
        const next = await claimed('a');
        expect(next.claimId).not.toBe(claimId);
        // The first has nothing to give back any more.
        await ledger.release(hash('a'), claimId, 'too late');
        await expect(ask('a')).resolves.toMatchObject({ outcome: 'running', claimId: next.claimId });
      });

      it('hands on what the issuer has answered already', async () => {
        const first = await claimed('a');
        await ledger.release(hash('a'), first.claimId, 'an answer');
        const second = await claimed('a');
        expect(second).toMatchObject({ family: hash('a'), held: 'an answer', owner: null });
        // Also where the second one died.
        const third = await claimed('a', { watched: { claimId: second.claimId, hasLapsed: true } });
        expect(third.held).toBe('an answer');
        await expect(complete('a', third.claimId, 'b')).resolves.toBe('completed');
        await expect(claimed('b')).resolves.toMatchObject({ family: hash('a'), held: null, owner: ANN });
      });

      it('drops what was held where it turned out to be worthless', async () => {
        await ledger.bind(hash('a'), ANN, time());
        const first = await claimed('a');
        await ledger.release(hash('a'), first.claimId, 'an answer');
        const second = await claimed('a');
        await ledger.release(hash('a'), second.claimId, null);
        await expect(claimed('a')).resolves.toMatchObject({ held: null });
      });
    });

    describe('a lease', () => {
      it('does not end by the clock, which may be set forward or back by an hour', async () => {
        const { claimId } = await claimed('a');
        for (const nowMs of [NOW + LEASE, NOW + HOUR + LEASE, NOW - HOUR]) {
          await expect(ask('a', { nowMs })).resolves.toMatchObject({ outcome: 'running', claimId });
        }
        await expect(complete('a', claimId, 'b', { nowMs: NOW + HOUR })).resolves.toBe('completed');
      });

      it('ends for one who has watched all of it; one of a hundred such takes over', async () => {
        await renew('0', 'a');
        const dead = await claimed('a');
        const watched = { claimId: dead.claimId, hasLapsed: true };
        await expect(ask('a', { watched: { ...watched, hasLapsed: false } })).resolves.toMatchObject({
          outcome: 'running',
        });
        await expect(ask('a', { watched: { ...watched, claimId: randomUUID() } })).resolves.toMatchObject({
          outcome: 'running',
        });
        const claims = await race((whom) => ask('a', { watched }, whom));
        expect(claims.filter(({ outcome }) => outcome === 'claimed')).toHaveLength(1);
        expect(claims.filter(({ outcome }) => outcome === 'running')).toHaveLength(RACERS - 1);
      });

      it('ends by itself where it began in another day', async () => {
        const dead = await claimed('a');
        const next = await claimed('a', { nowMs: NOW + 24 * HOUR });
        expect(next.claimId).not.toBe(dead.claimId);
      });

      it('that was lost is good for nothing', async () => {
        await renew('0', 'a');
        const dead = await claimed('a');
        const heir = await claimed('a', { watched: { claimId: dead.claimId, hasLapsed: true } });
        await expect(complete('a', dead.claimId, 'from the dead')).resolves.toBe('lost');
        await expect(ledger.refuse(hash('a'), dead.claimId)).resolves.toBe(false);
        await ledger.release(hash('a'), dead.claimId, null);
        await expect(complete('a', heir.claimId, 'b')).resolves.toBe('completed');
        await expect(complete('a', dead.claimId, 'from the dead')).resolves.toBe('lost');
        await expect(ledger.refuse(hash('a'), dead.claimId)).resolves.toBe(false);
        // What the dead one brought was never added.
        await expect(ask('from the dead')).resolves.toMatchObject({ outcome: 'claimed', owner: null });
        await expect(ask('b')).resolves.toMatchObject({ outcome: 'claimed', owner: ANN });
      });
    });

    describe('a renewal that is complete', () => {
      it('spends the old token and adds the new one, once', async () => {
        const { claimId } = await claimed('a');
        const outcomes = await race((whom) =>
          whom.complete(hash('a'), claimId, {
            ...time(),
            successorHash: hash('b'),
            sealed: 'sealed b',
            owner: ANN,
          }),
        );
        // May be repeated by who does not know whether it happened.
        expect(new Set(outcomes)).toEqual(new Set(['completed']));
        await expect(ask('a')).resolves.toEqual(renewed('b'));
        await expect(ask('b')).resolves.toMatchObject({ outcome: 'claimed', owner: ANN });
      });

      it('gives its result to all who come within the replay window, by any clock', async () => {
        await renew('a', 'b');
        for (const nowMs of [NOW, NOW + REPLAY - 1, NOW - 5_000]) {
          const claims = await race((whom) => ask('a', { nowMs }, whom));
          expect(new Set(claims.map((claim) => JSON.stringify(claim)))).toEqual(
            new Set([JSON.stringify(renewed('b'))]),
          );
        }
      });

      it('gives its result for almost two hours where the window is as long, whatever the clock', async () => {
        await renew('a', 'b');
        const replayMs = 2 * HOUR - 60_000;
        for (const nowMs of [NOW + replayMs - 1, NOW - HOUR]) {
          await ledger.sweep(nowMs);
          await expect(ask('a', { nowMs, replayMs })).resolves.toEqual(renewed('b'));
        }
        await expect(ask('a', { nowMs: NOW + replayMs, replayMs })).resolves.toEqual(refused('reused'));
      });

      it('gives its result to those who watched it run, whatever the clock and the window', async () => {
        const claimId = await renew('a', 'b');
        const watched = { claimId, hasLapsed: false };
        for (const changes of [{ nowMs: NOW + HOUR }, { nowMs: NOW - HOUR }, { replayMs: 0 }]) {
          await expect(ask('a', { ...changes, watched })).resolves.toEqual(renewed('b'));
        }
      });

      it('keeps the token alive where the issuer does', async () => {
        const claimId = await renew('a', 'a');
        await expect(ask('a', { watched: { claimId, hasLapsed: false } })).resolves.toEqual(renewed('a'));
        await renew('a', 'a');
        await expect(ask('a', { nowMs: NOW + HOUR })).resolves.toMatchObject({ outcome: 'claimed', owner: ANN });
      });

      it('says nothing about itself where the clock was set back, then and later', async () => {
        await renew('a', 'b');
        await expect(ask('a', { nowMs: NOW - HOUR })).resolves.toEqual({ outcome: 'undecided' });
        await expect(ask('a', { nowMs: NOW })).resolves.toEqual({ outcome: 'undecided' });
        await expect(ask('b')).resolves.toMatchObject({ outcome: 'claimed' });
      });

      it('leaves nothing in the store but hashes and what is sealed', async () => {
        await ledger.bind(hash('secret-token'), ANN, time());
        await renew('secret-token', 'secret-successor');
        const dump = await fixture.dump(realm);
        expect(dump).toContain(hash('secret-token'));
        expect(dump).toContain('sealed secret-successor');
        expect(dump.replaceAll('sealed secret-successor', '')).not.toMatch(/secret/);
      });
    });

    describe('the use of a spent token', () => {
      it('after the window ends the family, and one of a hundred thieves is told about', async () => {
        await renew('a', 'b');
        await renew('b', 'c');
        const claims = await race((whom) => ask('a', { nowMs: NOW + REPLAY }, whom));
        expect(claims.filter((claim) => claim.outcome === 'refused' && claim.reason === 'reused')).toHaveLength(1);
        expect(claims.filter((claim) => claim.outcome === 'refused')).toHaveLength(RACERS);
        for (const token of ['a', 'b', 'c']) await expect(ask(token)).resolves.toEqual(refused('revoked'));
      });

      it('is theft at once where the window is closed', async () => {
        await renew('a', 'b');
        await expect(ask('a', { replayMs: 0 })).resolves.toEqual(refused('reused'));
        await expect(ask('b')).resolves.toEqual(refused('revoked'));
      });

      it('leaves other families of the same person alone', async () => {
        await renew('a', 'b');
        await renew('x', 'y');
        await ask('a', { nowMs: NOW + HOUR });
        await expect(ask('y')).resolves.toMatchObject({ outcome: 'claimed', owner: ANN });
      });

      it('while the next one is being renewed ends that too: nothing is handed out', async () => {
        await renew('a', 'b');
        const { claimId } = await claimed('b');
        await expect(ask('a', { nowMs: NOW + HOUR })).resolves.toEqual(refused('reused'));
        await expect(complete('b', claimId, 'c')).resolves.toBe('revoked');
        await expect(ask('c')).resolves.toMatchObject({ outcome: 'claimed', owner: null });
      });
    });

    describe('an owner', () => {
      it('is bound by the first who says so', async () => {
        await expect(ledger.bind(hash('a'), ANN, time())).resolves.toEqual(bound('a'));
        await expect(ledger.bind(hash('a'), ANN, time())).resolves.toEqual(bound('a'));
        await expect(ledger.bind(hash('a'), BOB, time())).resolves.toEqual(FOREIGN);
        await expect(ask('a')).resolves.toMatchObject({ outcome: 'claimed', owner: ANN });
      });

      it('is one of a hundred who say so at once', async () => {
        const owners = Array.from({ length: RACERS }, (_, racer) => ({ ...ANN, subject: String(racer) }));
        let racer = 0;
        const outcomes = await race((whom) => whom.bind(hash('a'), owners[racer++] ?? ANN, time()));
        expect(outcomes.filter(({ outcome }) => outcome === 'bound')).toHaveLength(1);
        const { owner } = await claimed('a');
        expect(owner).toEqual(owners[outcomes.findIndex(({ outcome }) => outcome === 'bound')]);
      });

      it('is found while the token is being renewed, or by the renewal', async () => {
        const { claimId } = await claimed('a');
        await expect(ledger.bind(hash('a'), ANN, time())).resolves.toEqual(bound('a'));
        await expect(complete('a', claimId, 'b', { owner: BOB })).resolves.toBe('foreign');
        await expect(complete('a', claimId, 'b')).resolves.toBe('completed');
        await expect(ledger.bind(hash('b'), BOB, time())).resolves.toEqual(FOREIGN);
        await expect(ledger.bind(hash('b'), ANN, time())).resolves.toEqual(bound('a'));
        await expect(ledger.bind(hash('a'), ANN, time())).resolves.toEqual(ended('a'));
      });

      it('gets nothing for somebody else, and loses nothing by it', async () => {
        await ledger.bind(hash('a'), ANN, time());
        const { claimId } = await claimed('a');
        await expect(complete('a', claimId, "bob's", { owner: BOB })).resolves.toBe('foreign');
        await ledger.release(hash('a'), claimId, null);
        await expect(ask("bob's")).resolves.toMatchObject({ owner: null });
        await expect(ask('a')).resolves.toMatchObject({ outcome: 'claimed', owner: ANN });
      });

      it.each(['spent', 'revoked', "somebody else's"])('gets no new token that is %s', async (kind) => {
        if (kind === 'spent') await renew('b', 'c');
        if (kind === 'revoked') await ledger.revoke(hash('b'), time());
        if (kind === "somebody else's") await ledger.bind(hash('b'), BOB, time());
        await ledger.bind(hash('a'), ANN, time());
        const { claimId } = await claimed('a');
        await expect(complete('a', claimId, 'b')).resolves.toBe('foreign');
        await expect(ask('a')).resolves.toMatchObject({ outcome: 'running' });
      });

      it('may get one that was seen before, at a login say', async () => {
        await ledger.bind(hash('b'), ANN, time());
        await renew('a', 'b');
        await expect(ask('b')).resolves.toMatchObject({ outcome: 'claimed', owner: ANN });
      });

      it('is told apart by every character', async () => {
        await ledger.bind(hash('a'), { ...ANN, subject: 'jose' }, time());
        for (const subject of ['José', 'JOSE', 'josé']) {
          await expect(ledger.bind(hash('a'), { ...ANN, subject }, time())).resolves.toEqual(FOREIGN);
        }
      });
    });

    describe('the end of a family', () => {
      it('by the no of the issuer', async () => {
        await renew('a', 'b');
        const { claimId } = await claimed('b');
        await expect(ledger.refuse(hash('b'), claimId)).resolves.toBe(true);
        for (const token of ['a', 'b']) await expect(ask(token)).resolves.toEqual(refused('revoked'));
        await expect(ledger.bind(hash('b'), ANN, time())).resolves.toEqual(ended('a'));
      });

      it('leaves no trace of a token that was never good', async () => {
        const { claimId } = await claimed('junk');
        await expect(ledger.refuse(hash('junk'), claimId)).resolves.toBe(true);
        const failed = await claimed('junk 2');
        await ledger.release(hash('junk 2'), failed.claimId, null);
        expect(await fixture.dump(realm)).not.toContain(hash('junk'));
        expect(await fixture.dump(realm)).not.toContain(hash('junk 2'));
      });

      it('by a sign-out, with whichever of its tokens', async () => {
        await renew('a', 'b');
        await ledger.revoke(hash('a'), time());
        await expect(ask('b')).resolves.toEqual(refused('revoked'));
        await ledger.revoke(hash('b'), time());
        await expect(ask('a')).resolves.toEqual(refused('revoked'));
      });

      it('by a sign-out with a token that nobody has seen', async () => {
        await ledger.revoke(hash('a'), time());
        await expect(ask('a')).resolves.toEqual(refused('revoked', 'a', null));
        await expect(ledger.bind(hash('a'), ANN, time())).resolves.toEqual(ended('a'));
      });

      it('never leaves one of its tokens alive, when it races with a renewal', async () => {
        for (let round = 0; round < 20; round++) {
          const [token, next] = [`${String(round)} old`, `${String(round)} new`];
          await ledger.bind(hash(token), ANN, time());
          const { claimId } = await claimed(token);
          await Promise.all([complete(token, claimId, next), (others[0] ?? ledger).revoke(hash(token), time())]);
          await expect(ask(token)).resolves.toEqual(refused('revoked', token));
          const successor = await ask(next);
          if (successor.outcome === 'claimed') expect(successor.owner).toBeNull();
          else expect(successor).toEqual(refused('revoked', token));
        }
      });
    });

    it('remembers a family as long as its youngest token', async () => {
      if (!fixture.isSwept) return expect(ledger.sweep(NOW + 100 * KEEP)).resolves.toBe(0);
      await renew('a', 'b');
      await renew('x', 'y');
      const later = NOW + KEEP - HOUR;
      const { claimId } = await claimed('b');
      await expect(complete('b', claimId, 'c', { nowMs: later })).resolves.toBe('completed');
      await expect(ledger.sweep(NOW + KEEP)).resolves.toBeGreaterThanOrEqual(2);
      const dump = await fixture.dump(realm);
      for (const token of ['x', 'y']) expect(dump).not.toContain(hash(token));
      for (const token of ['b', 'c']) expect(dump).toContain(hash(token));
      await expect(ask('b', { nowMs: NOW + KEEP + HOUR })).resolves.toEqual(refused('reused'));
      await expect(ask('c')).resolves.toEqual(refused('revoked'));
    });

    it('forgets results two hours after they came', async () => {
      if (!fixture.isSwept) return expect(ledger.sweep(NOW)).resolves.toBe(0);
      await renew('a', 'b');
      await ledger.sweep(NOW + HOUR);
      expect(await fixture.dump(realm)).toContain('sealed b');
      await ledger.sweep(NOW + 3 * HOUR);
      expect(await fixture.dump(realm)).not.toContain('sealed b');
    });

    it('is swept by one at a time', async () => {
      if (!fixture.isSwept) return expect(ledger.sweep(NOW)).resolves.toBe(0);
      const tokens = Array.from({ length: 600 }, (_, index) => String(index));
      for (let start = 0; start < tokens.length; start += 100) {
        await Promise.all(tokens.slice(start, start + 100).map((token) => ledger.bind(hash(token), ANN, time())));
      }
      const [first, ...rest] = await Promise.all([ledger, ...others].map((whom) => whom.sweep(NOW + KEEP)));
      expect([first ?? 0, ...rest].sort((a, b) => b - a)).toEqual([600, ...rest.map(() => 0)]);
    }, 20_000);
  });
}
