import { generateKeyPairSync, type KeyObject } from 'node:crypto';

import fc, { type AsyncCommand } from 'fast-check';

import { KeyProvider } from '../../src/tokens/key-provider.js';
import type { CotterPrincipal } from '../../src/tokens/principal.js';
import { TokenVerifier } from '../../src/tokens/token-verifier.js';
import { AUDIENCE, goodClaims, goodHeader, NOW_SECONDS, signTexts, verdictOf } from '../fixtures/token-mint.js';
import { runs, TIMEOUT_MS } from './runs.js';

jest.setTimeout(TIMEOUT_MS);

const KIDS = ['first', 'second'] as const;
const ISSUERS = ['https://one.example', 'https://two.example'] as const;
type Slot = `${(typeof ISSUERS)[number]} ${(typeof KIDS)[number]}`;

/** Both issuers use the same kids, each for keys of its own; each has a second key to put in a kid's place. */
const slots = ISSUERS.flatMap((issuer) => KIDS.map((kid): Slot => `${issuer} ${kid}`));
const pairs = new Map(slots.map((slot) => [slot, [createPair(), createPair()] as const]));

function createPair(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** The keys of an issuer as they are at the moment. */
class CurrentKeys extends KeyProvider {
  constructor(
    private readonly issuer: (typeof ISSUERS)[number],
    private readonly published: ReadonlyMap<string, KeyObject>,
  ) {
    super();
  }

  override peekKey(kid: string): KeyObject | undefined {
    return this.published.get(`${this.issuer} ${kid}`);
  }

  override findKey(kid: string): KeyObject | null {
    return this.peekKey(kid) ?? null;
  }
}

/** The world that both verifiers live in. */
class World {
  nowSeconds = NOW_SECONDS;
  readonly published = new Map<string, KeyObject>(slots.map((slot) => [slot, keyOf(slot, 0)]));
  readonly revoked = new Set<string | null>();
  /** Keeps so few verdicts that they push each other out. */
  readonly cached = this.#verifier(3);
  readonly uncached = this.#verifier(0);
  hits = 0;

  #verifier(maxCachedTokens: number): TokenVerifier {
    return new TokenVerifier({
      trustedIssuers: ISSUERS.map((issuer) => ({
        issuer,
        audience: AUDIENCE,
        keys: new CurrentKeys(issuer, this.published),
      })),
      clockToleranceSeconds: 5,
      clock: () => this.nowSeconds * 1000,
      maxCachedTokens,
      isRevoked: ({ tokenId }) => this.revoked.has(tokenId),
    });
  }

  /** What the verifier without a cache says is right; the other one must say the same, at once or after a closer look. */
  async compare(token: string): Promise<void> {
    const found = this.cached.findVerified(token);
    const right = await outcomeOf(this.uncached, token);
    if (found !== null) {
      this.hits++;
      expect({ verdict: 'accepted', principal: found }).toEqual(right);
    }
    expect(await outcomeOf(this.cached, token)).toEqual(right);
  }
}

async function outcomeOf(
  verifier: TokenVerifier,
  token: string,
): Promise<{ verdict: string; principal: CotterPrincipal | null }> {
  let principal: CotterPrincipal | null = null;
  const verdict = await verdictOf(verifier.verifyAccessToken(token).then((verified) => (principal = verified)));
  return { verdict, principal };
}

function keyOf(slot: string, generation: 0 | 1): KeyObject {
  const pair = pairs.get(slot as Slot)?.[generation];
  if (pair === undefined) throw new Error(`no such slot: ${slot}`);
  return pair.publicKey;
}

const lifetimes = [10, 60, 600];
const tokens = slots.flatMap((slot) =>
  lifetimes.map((lifetime) => {
    const [iss = '', kid] = slot.split(' ');
    const claims = { ...goodClaims, iss, exp: NOW_SECONDS + lifetime, jti: `${slot} ${String(lifetime)}` };
    return signTexts(JSON.stringify({ ...goodHeader, kid }), JSON.stringify(claims), pairs.get(slot)?.[0].privateKey);
  }),
);

const anyToken = fc.constantFrom(...tokens);
/** A good token's signature under something else, which is where a cache that looks at signatures alone would err. */
const anyForgery = fc
  .tuple(anyToken, anyToken, fc.constantFrom('payload', 'header', 'both', 'signature'))
  .map(([token, other, foreign]) => {
    const [header, payload, signature = ''] = token.split('.');
    const [otherHeader, otherPayload] = other.split('.');
    const flipped = `${signature.slice(0, 40)}${signature[40] === 'A' ? 'B' : 'A'}${signature.slice(41)}`;
    return [
      foreign === 'header' || foreign === 'both' ? otherHeader : header,
      foreign === 'payload' || foreign === 'both' ? otherPayload : payload,
      foreign === 'signature' ? flipped : signature,
    ].join('.');
  });

type Step = AsyncCommand<object, World>;
const step = (name: string, run: (world: World) => void | Promise<void>): Step => ({
  check: () => true,
  run: async (_model, world) => run(world),
  toString: () => name,
});

const anyStep = [
  anyToken.map((token) => step(`verify token ${String(tokens.indexOf(token))}`, (world) => world.compare(token))),
  anyToken.map((token) =>
    step(`verify token ${String(tokens.indexOf(token))} twice`, async (world) => {
      await world.compare(token);
      await world.compare(token);
    }),
  ),
  anyForgery.map((token) => step(`verify ${token}`, (world) => world.compare(token))),
  fc.constantFrom(1, 4, 5, 55, 300).map((seconds) =>
    step(`${String(seconds)} seconds pass`, (world) => {
      world.nowSeconds += seconds;
    }),
  ),
  fc.constantFrom(...slots).map((slot) =>
    step(`the key ${slot} leaves`, (world) => {
      world.published.delete(slot);
    }),
  ),
  fc.tuple(fc.constantFrom(...slots), fc.constantFrom<(0 | 1)[]>(0, 0, 1)).map(([slot, generation]) =>
    step(`the key ${slot} is published, generation ${String(generation)}`, (world) => {
      world.published.set(slot, keyOf(slot, generation));
    }),
  ),
  fc.constantFrom(...tokens).map((token) => {
    const number = tokens.indexOf(token);
    const { jti } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti: string };
    return step(`token ${String(number)} is revoked, or no longer`, (world) => {
      if (!world.revoked.delete(jti)) world.revoked.add(jti);
    });
  }),
];

describe('the verdicts that are kept', () => {
  it('never differ from those of a verifier that keeps none, whatever happened in between', async () => {
    let hits = 0;
    await fc.assert(
      fc.asyncProperty(fc.commands(anyStep, { maxCommands: 40, size: 'max' }), async (steps) => {
        const world = new World();
        await fc.asyncModelRun(() => ({ model: {}, real: world }), steps);
        hits += world.hits;
      }),
      runs(250),
    );
    // Otherwise this compared two verifiers without a cache.
    expect(hits).toBeGreaterThan(250);
  });
});
