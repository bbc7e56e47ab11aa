/** The middle value; of an even number of values, the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @param sorted - In ascending order. */
export function percentile(sorted, part) {
  return sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** The median over the rounds of each round's own ratio: what slows a whole round down then cancels out. */
export function ratioOf(rounds, others, read) {
  return median(rounds.map((round, index) => read(round) / read(others[index])));
}

/** Runs the tasks in turn, and in the opposite order every other round, so that none always comes after the same one. */
export async function interleaved(rounds, tasks, onRound = () => undefined) {
  for (let round = 0; round < rounds; round++) {
    await onRound(round);
    for (const task of round % 2 === 0 ? tasks : [...tasks].reverse()) await task(round);
  }
}
