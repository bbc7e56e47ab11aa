import { measureScale } from './scale.mjs';
import { measureSessionGuards } from './guards.mjs';
import { measureSessionLogins } from './logins.mjs';

/** Sessions: what the guard takes for one, what a login pays for one, and what a million of them change. */
export async function measureSessions({ rounds, sessions }) {
  return {
    guards: await measureSessionGuards(rounds, sessions),
    logins: await measureSessionLogins(rounds, sessions),
    scale: await measureScale(rounds, sessions),
  };
}
