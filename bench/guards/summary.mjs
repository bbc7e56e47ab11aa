import { median, ratioOf } from '../statistics.mjs';

const rps = (sample) => sample.rps;
const p99 = (sample) => sample.p99;

/** Medians over the rounds of what was measured on one platform, and the ratios that matter. */
export function summarize(samples) {
  const { unguarded, alwaysYes, recipe, ours, oursAgain } = samples;
  const liveCells = Object.keys(oursAgain).filter((cell) => cell.startsWith('live'));
  const own = (cells, cell) => ownCpuMicros(cells[cell], unguarded.hot);
  return {
    cells: mapValues(samples, (cells) => mapValues(cells, (rounds) => summarizeCell(rounds, unguarded.hot))),
    ratios: {
      alwaysYesToUnguarded: ratioOf(alwaysYes.hot, unguarded.hot, rps),
      hotToUnguarded: ratioOf(ours.hot, unguarded.hot, rps),
      hotToAlwaysYes: ratioOf(ours.hot, alwaysYes.hot, rps),
      hotToRecipe: ratioOf(ours.hot, recipe.hot, rps),
      alwaysYesToRecipe: ratioOf(alwaysYes.hot, recipe.hot, rps),
      hotCpuOfRecipe: own(recipe, 'hot') / Math.max(own(ours, 'hot'), SMALLEST_CPU_MICROS),
      liveToHot: Object.fromEntries(liveCells.map((cell) => [cell, ratioOf(oursAgain[cell], oursAgain.hot, rps)])),
      firstSeenToRecipe: ratioOf(ours.firstSeen, recipe.firstSeen, rps),
      badSignatureToRecipe: ratioOf(ours.badSignature, recipe.badSignature, rps),
      p99BesideBad: ratioOf(ours.amongBad, ours.amongGood, p99),
      p99BesideBadOfRecipe: ratioOf(recipe.amongBad, recipe.amongGood, p99),
    },
    selfToSelf: {
      hot: ratioOf(oursAgain.hot, ours.hot, rps),
      firstSeen: ratioOf(oursAgain.firstSeen, ours.firstSeen, rps),
      badSignature: ratioOf(oursAgain.badSignature, ours.badSignature, rps),
    },
  };
}

/** A difference of two large figures: nothing below this can be told from nothing. */
const SMALLEST_CPU_MICROS = 0.5;

/** What a guard itself costs the server's processors for one request. */
function ownCpuMicros(rounds, unguarded) {
  return median(rounds.map((round, index) => round.cpuMicros - unguarded[index].cpuMicros));
}

function summarizeCell(rounds, unguarded) {
  const of = (read) => median(rounds.map(read));
  return {
    rps: of(rps),
    toUnguarded: ratioOf(rounds, unguarded, rps),
    p50Ms: of((sample) => sample.p50),
    p99Ms: of(p99),
    cpuMicros: of((sample) => sample.cpuMicros),
    ownCpuMicros: ownCpuMicros(rounds, unguarded),
  };
}

function mapValues(record, change) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
