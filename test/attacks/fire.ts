import type { AttackRequest, Shot } from './attack.js';
import type { Forge } from './forge.js';
import { sendRaw, type RawAnswer } from './http/raw-client.js';

/** A door of a running server. */
export interface DoorAddress {
  readonly origin: URL;
  readonly path: string;
  readonly method: 'GET' | 'POST';
}

/** What was sent, and what came back. */
export interface Exchange {
  readonly answer: RawAnswer;
  /** Every value that went out and must not come back. */
  readonly secrets: readonly string[];
}

/** Fires a shot at a door. */
export async function fire(shot: Shot, forge: Forge, door: DoorAddress): Promise<Exchange> {
  const request = shot.build(forge);
  const { headers, body } = request;
  const answer = await send(request, door);
  return { answer, secrets: secretsIn([...headers.map(([, value]) => value), String(body ?? '')].join('\n')) };
}

/** Sends a request to a door. */
export async function send(request: AttackRequest, door: DoorAddress): Promise<RawAnswer> {
  const { method = door.method, target = (path: string) => path, headers, body } = request;
  const content = body === undefined ? {} : { body };
  return sendRaw(door.origin, { method, target: target(door.path), headers, ...content });
}

const MIN_SECRET_LENGTH = 20;

/** The parts of everything that looks like a token: claims are a secret as much as signatures are. */
function secretsIn(sent: string): string[] {
  const words = sent.split(/[^\w.+/=-]+/).filter((word) => word.split('.').length >= 3);
  return words.flatMap((word) => word.split('.')).filter((part) => part.length >= MIN_SECRET_LENGTH);
}
