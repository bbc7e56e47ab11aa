/** Many short rounds: on a machine whose speed changes from second to second, what is compared has to stand close together. */
const FULL = {
  rounds: 15,
  guards: {
    sliceMs: 500,
    warmMs: 100,
    warmUpMs: { express: 4000, fastify: 2500 },
    firstSeen: 8_000,
    liveTokens: [10_000, 100_000],
  },
  verifier: { tokens: 1_000, memoryTokens: 100_000, distinctTokens: 1_000_000, cacheSize: 20_000 },
  login: { sliceMs: 500, warmMs: 100, warmUpMs: 1500, people: 500, tokens: 2_500, racers: 16, races: 25, again: true },
  sessions: {
    sliceMs: 800,
    warmMs: 100,
    warmUpMs: 2500,
    people: 500,
    tokens: 4_000,
    platforms: ['express', 'fastify'],
    scale: [1_000, 100_000, 1_000_000],
  },
  boot: { rounds: 11 },
};

/** Short slices, few rounds, and of all there is only what a minute has room for. */
const QUICK = {
  rounds: 3,
  guards: {
    sliceMs: 45,
    warmMs: 10,
    warmUpMs: { express: 400, fastify: 250 },
    firstSeen: 700,
    liveTokens: [2_000],
  },
  verifier: { tokens: 50, memoryTokens: 3_000, distinctTokens: 6_000, cacheSize: 2_000 },
  login: { sliceMs: 50, warmMs: 10, warmUpMs: 250, people: 60, tokens: 200, racers: 16, races: 8, again: false },
  sessions: { sliceMs: 50, warmMs: 10, warmUpMs: 200, people: 20, tokens: 200, platforms: ['express'], scale: [] },
  boot: { rounds: 1 },
};

/** How long and how often everything is measured. */
export function planOf({ quick, rounds }) {
  const plan = quick ? QUICK : FULL;
  return rounds === undefined ? plan : { ...plan, rounds, boot: { rounds } };
}
