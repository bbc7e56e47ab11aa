import { setTimeout as delay } from 'node:timers/promises';

import { bearer, doors, loginWith, type AttackRequest, type Door } from '../attack.js';
import { send, type DoorAddress } from '../fire.js';
import type { Forge } from '../forge.js';
import { NoAnswerError } from '../http/raw-client.js';
import type { Doors } from '../volley.js';

/** The attack could not start, or means nothing. */
export class NotReadyError extends Error {}

/**
 * Waits until a server answers anything.
 *
 * @param gaveUp - Says why it never will, where that is known.
 * @throws {@link NotReadyError}
 */
export async function waitForServer(
  door: DoorAddress,
  waitSeconds: number,
  gaveUp: () => string | null,
): Promise<void> {
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    const why = gaveUp();
    if (why !== null) throw new NotReadyError(`the server did not start: ${why}`);
    if (await answers(door)) return;
    if (performance.now() >= deadline) {
      throw new NotReadyError(`${door.origin.origin} did not answer within ${String(waitSeconds)} seconds (--wait)`);
    }
    await delay(250);
  }
}

/**
 * A server that lets nobody in passes every attack: so a good token has to get in, at each door.
 *
 * @throws {@link NotReadyError} with what to do.
 */
export async function assertGoodTokenGetsIn(at: Doors, forge: Forge): Promise<void> {
  for (const door of doors) {
    const { [door]: address } = at;
    if (address === undefined) continue;
    const { status, text } = await send(goodRequest(door, forge), address);
    if (status >= 200 && status < 300) continue;
    throw new NotReadyError(
      [
        `${address.method} ${address.path} answered a good token with ${String(status)}, so the rest would mean nothing:`,
        text.slice(0, 300),
        '',
        door === 'guard'
          ? 'Is it the right path (--guard)?'
          : 'Is it the right path (--login), or is there none (--no-login)?',
        'Was the server started with the environment above, after the issuer (--issuer-port keeps the port)?',
        'If it gives up on a whole key set over one unsuitable key, try --plain-keys.',
      ].join('\n'),
    );
  }
}

/** What a server answers without any token, so that an answer like it is no sign that somebody got in. */
export interface OpenPlaces {
  /** Any path is answered, as single-page applications do. */
  readonly anyPath: boolean;
  /** There is a page where the login is. */
  readonly loginPage: boolean;
}

/** Looks for {@link OpenPlaces}. */
export async function findOpenPlaces({ guard, login }: Doors, forge: Forge): Promise<OpenPlaces> {
  const isOpen = async (door: DoorAddress | undefined, path: string): Promise<boolean> =>
    door !== undefined && (await send({ method: 'GET', headers: [] }, { ...door, path })).status < 300;
  return {
    anyPath: await isOpen(guard, `/${forge.subject}`),
    loginPage: await isOpen(login, login?.path ?? '/'),
  };
}

function goodRequest(door: Door, forge: Forge): AttackRequest {
  return door === 'guard' ? bearer(forge.good) : loginWith({ access_token: forge.good }, forge);
}

async function answers(door: DoorAddress): Promise<boolean> {
  try {
    await send({ headers: [] }, door);
    return true;
  } catch (error) {
    if (error instanceof NoAnswerError) return false;
    throw error;
  }
}
