import { findDisagreement, parseProblem } from './agreement.js';
import { doors, type Attack, type Door, type Shot } from './attack.js';
import { fire, type DoorAddress } from './fire.js';
import type { Forge } from './forge.js';
import { NoAnswerError } from './http/raw-client.js';

/** What became of an attack at a door. */
export interface Hit {
  readonly attack: Attack;
  readonly door: Door;
  /**
   * `refused` as it should be; `differs`: refused by another status or code; `through`: let in; `broken`: 5xx, or the server is gone;
   * `silent`: no answer at all.
   */
  readonly outcome: 'refused' | 'differs' | 'through' | 'broken' | 'silent';
  /** `null` where the connection was closed without an answer. */
  readonly status: number | null;
  readonly code: string | null;
  /** In what the answer is not the one that is wanted. */
  readonly difference: string | null;
}

/** The doors of a server; one that it does not have is left out. */
export type Doors = Partial<Readonly<Record<Door, DoorAddress>>>;

/** What to fire, where, and who hears of it. */
export interface Volley {
  readonly attacks: readonly Attack[];
  readonly forge: Forge;
  readonly at: Doors;
  readonly onHit?: (hit: Hit) => void;
}

/** Fires attacks one after the other, as an attacker on one connection would, and says what became of them. */
export async function fireVolley({ attacks, forge, at, onHit = () => undefined }: Volley): Promise<Hit[]> {
  const hits: Hit[] = [];
  for (const attack of attacks) {
    for (const door of doors) {
      const { [door]: shot } = attack;
      const { [door]: address } = at;
      if (shot === null || address === undefined) continue;
      const hit = { attack, door, ...(await strike(shot, forge, address)) };
      hits.push(hit);
      onHit(hit);
    }
  }
  return hits;
}

async function strike(shot: Shot, forge: Forge, address: DoorAddress): Promise<Omit<Hit, 'attack' | 'door'>> {
  try {
    const { answer } = await fire(shot, forge, address);
    const { status } = answer;
    const { code } = parseProblem(answer.text);
    const difference = findDisagreement(answer, shot.expected);
    const refused = difference === null ? 'refused' : 'differs';
    const outcome = status < 300 ? 'through' : status >= 500 ? 'broken' : refused;
    return { outcome, status, code: typeof code === 'string' ? code : null, difference };
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    const outcome = ({ silent: 'silent', closed: 'differs', unreachable: 'broken' } as const)[error.kind];
    return { outcome, status: null, code: null, difference: error.message };
  }
}
