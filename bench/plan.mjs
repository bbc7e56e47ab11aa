const FULL = {
  rounds: 9,
  guards: {
    sliceMs: 1000,
    warmMs: 150,
    warmUpMs: { express: 4000, fastify: 2500 },
    firstSeen: 15_000,
    liveTokens: [10_000, 100_000],
  },
  verifier: { tokens: 2_000, bare: 2_000, memoryTokens: 100_000, distinctTokens: 1_000_000, cacheSize: 20_000 },
  login: { sliceMs: 800, warmMs: 100, warmUpMs: 1500, people: 500, tokens: 4_000, racers: 16, races: 25 },
  boot: { rounds: 11 },
};

const QUICK = {
  rounds: 7,
  guards: {
    sliceMs: 60,
    warmMs: 12,
    warmUpMs: { express: 1200, fastify: 500 },
    firstSeen: 1_000,
    liveTokens: [10_000],
  },
  verifier: { tokens: 50, bare: 100, memoryTokens: 5_000, distinctTokens: 15_000, cacheSize: 5_000 },
  login: { sliceMs: 55, warmMs: 10, warmUpMs: 300, people: 100, tokens: 250, racers: 16, races: 25 },
  boot: { rounds: 3 },
};

/** How long and how often everything is measured. */
export function planOf({ quick, rounds }) {
  const plan = quick ? QUICK : FULL;
  return rounds === undefined ? plan : { ...plan, rounds, boot: { rounds } };
}
