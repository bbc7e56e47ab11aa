/** By how much a contender differs from itself in one run: a ratio that is short by less is met. */
const GUARD_NOISE = 0.07;
const LOGIN_NOISE = 0.13;

/** Everything that is wanted of the sections that were measured, and whether this run shows it. */
export function judge({ guards, verifier, login, sessions, boot }) {
  return [
    ...(guards === undefined ? [] : Object.entries(guards).flatMap((platform) => guardTargets(...platform))),
    ...(verifier === undefined ? [] : verifierTargets(verifier)),
    ...(login === undefined ? [] : Object.entries(login).flatMap((database) => loginTargets(...database))),
    ...(sessions === undefined ? [] : sessionTargets(sessions)),
    ...(boot === undefined ? [] : bootTargets(boot)),
  ];
}

function guardTargets(platform, { ratios }) {
  const express = platform === 'express';
  const at = (what, measured, wanted) => atLeast(`${platform}: ${what}`, measured, wanted, GUARD_NOISE);
  return [
    at('hot token, throughput to an always-yes guard', ratios.hotToAlwaysYes, express ? 0.95 : 0.9),
    belowCeiling(
      at('hot token, throughput to the recipe', ratios.hotToRecipe, express ? 3 : 10),
      ratios.alwaysYesToRecipe,
    ),
    at("hot token, the recipe's own CPU to ours", ratios.hotCpuOfRecipe, express ? 20 : 50),
    ...Object.entries(ratios.liveToHot).map(([cell, ratio]) =>
      at(`${Number(cell.slice('live'.length)).toLocaleString('en')} live tokens, throughput to one`, ratio, 0.92),
    ),
    at('token never seen, throughput to the recipe', ratios.firstSeenToRecipe, express ? 2.8 : 2.2),
    at('bad signature, throughput to the recipe', ratios.badSignatureToRecipe, 1.8),
    atMost(`${platform}: p99 of good tokens beside bad ones, to beside good ones`, ratios.p99BesideBad, 2, GUARD_NOISE),
  ];
}

function verifierTargets({ contenders, memory }) {
  const { bytesPerToken, heapMb } = memory;
  return [
    atLeast('verifier: speed to a bare crypto.verify', contenders.ours.speedToBare, 0.9, GUARD_NOISE),
    atLeast('verifier: 64 at once, speed to a bare crypto.verify', contenders.ours64.speedToBare, 1, GUARD_NOISE),
    atMost('verifier: KiB for a kept token', bytesPerToken / 1024, 1.5, 0),
    atMost('verifier: heap after many tokens, to its size with a full cache', Math.max(...heapMb) / heapMb[0], 1.1, 0),
  ];
}

function loginTargets(database, { ratios, races }) {
  const targets = [
    atLeast(`${database}: login of a returning user, to the recipe`, ratios.returningToRecipe, 1.5, LOGIN_NOISE),
    atLeast(`${database}: login of a new user, to the recipe`, ratios.newToRecipe, 1.8, LOGIN_NOISE),
  ];
  return races === null
    ? targets
    : [...targets, atMost(`${database}: racing first logins that fail`, races.ours.failed, 0, 0)];
}

function sessionTargets({ guards, logins, scale }) {
  return [
    ...Object.entries(guards).map(([platform, { ratios }]) =>
      atLeast(
        `${platform}: warm session, throughput to an always-yes guard`,
        ratios.sessionToAlwaysYes,
        0.9,
        GUARD_NOISE,
      ),
    ),
    ...Object.entries(logins).map(([database, { ratios }]) =>
      atLeast(`${database}: login with a session, to one read and one insert`, ratios.loginToBare, 0.6, LOGIN_NOISE),
    ),
    ...(scale === null
      ? []
      : [
          atMost(
            `postgres: cost of a login among ${scale.rows.at(-1).toLocaleString('en')} users and sessions, to ${scale.rows[0].toLocaleString('en')}`,
            scale.costAtMostToLeast,
            1.25,
            0,
          ),
        ]),
  ];
}

function bootTargets({ recipe, ours, recipeWithUsers, oursWithUsers }) {
  return [
    atMost('boot: time without users, to the recipe', ours.bootMs / recipe.bootMs, 1, GUARD_NOISE),
    atMost('boot: memory without users, to the recipe', ours.rssMb / recipe.rssMb, 1, GUARD_NOISE),
    atMost('boot: time with users, to the recipe', oursWithUsers.bootMs / recipeWithUsers.bootMs, 1, GUARD_NOISE),
    atMost('boot: memory with users, to the recipe', oursWithUsers.rssMb / recipeWithUsers.rssMb, 1, GUARD_NOISE),
  ];
}

function atLeast(name, measured, wanted, noise) {
  const verdict = measured >= wanted ? 'met' : measured >= wanted * (1 - noise) ? 'within noise' : 'missed';
  return { name, wanted: `>= ${wanted}`, measured, noise, verdict };
}

function atMost(name, measured, wanted, noise) {
  const verdict = measured <= wanted ? 'met' : measured <= wanted * (1 + noise) ? 'within noise' : 'missed';
  return { name, wanted: `<= ${wanted}`, measured, noise, verdict };
}

/** @param ceiling - What a guard that does nothing reaches in the same run: where the platform itself is slow, no guard can do more. */
function belowCeiling(target, ceiling) {
  if (target.verdict !== 'missed' || target.measured < ceiling * (1 - target.noise)) return target;
  return { ...target, verdict: `at the ceiling, ${ceiling.toFixed(2)}` };
}
