const HOT = { set: 'hot', connections: 32 };

/** What is measured of whom: in each round, each of these gets one slice of time. */
export function cellsOf({ liveTokens }) {
  return [
    ...['unguarded', 'alwaysYes', 'recipe', 'ours', 'oursAgain'].map((contender) => ({
      contender,
      name: 'hot',
      lanes: [HOT],
    })),
    ...liveTokens.map((count) => ({
      contender: 'oursAgain',
      name: `live${count}`,
      lanes: [{ set: `live${count}`, connections: 32 }],
    })),
    ...['recipe', 'ours', 'oursAgain'].flatMap((contender) => [
      { contender, name: 'firstSeen', lanes: [{ set: 'firstSeen', connections: 32, once: true }] },
      { contender, name: 'badSignature', lanes: [{ set: 'badSignature', connections: 32 }], refused: true },
    ]),
    // The same number of connections, of which half turn bad: what is seen is what bad tokens do, not what more traffic does.
    ...['recipe', 'ours'].flatMap((contender) => [
      { contender, name: 'amongGood', lanes: [half('hot'), half('hot')] },
      { contender, name: 'amongBad', lanes: [half('hot'), half('badSignature')] },
    ]),
  ];
}

function half(set) {
  return { set, connections: 16 };
}

/** Which process stands for which contender. */
export const CONTENDERS = {
  unguarded: { contender: 'unguarded' },
  alwaysYes: { contender: 'alwaysYes' },
  recipe: { contender: 'recipe' },
  ours: { contender: 'ours' },
  /** Ours once more, which shows the noise of the run; with room for all the live tokens. */
  oursAgain: { contender: 'ours', maxTokens: 250_000 },
};
