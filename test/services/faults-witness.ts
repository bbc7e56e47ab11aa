import { setTimeout as pause } from 'node:timers/promises';

import type { Answer } from '../e2e/platforms.js';
import type { FaultsWorld, SignedIn } from './faults-world.js';

/** Between two tries of somebody who is told to come again. */
const AGAIN_AFTER_MS = 100;

/** What an answer comes to: its status, and the code of an error. */
export function verdictOf({ status, body }: Answer): string {
  const code = typeof body === 'object' && body !== null && 'code' in body ? ` ${String(body.code)}` : '';
  return `${status}${code}`;
}

/** How many there are of each, such as `200 × 98, 503 store_unavailable × 2`. */
export function tally(verdicts: Iterable<string>): string {
  const counts = new Map<string, number>();
  for (const verdict of verdicts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const sorted = [...counts].sort(([one], [other]) => one.localeCompare(other));
  return sorted.map(([verdict, count]) => `${verdict} × ${count}`).join(', ');
}

export function tallyOf(answers: readonly Answer[]): string {
  return tally(answers.map(verdictOf));
}

/** The access tokens that guarded routes were reached by. */
export function tokenIdsOf(answers: readonly Answer[]): Set<string> {
  return new Set(answers.map(({ body }) => (body as { tokenId: string }).tokenId));
}

/** Asks until the answer is another one than "later". */
export async function askUntilDecided(ask: () => Promise<Answer>): Promise<{ answer: Answer; before: string[] }> {
  const before: string[] = [];
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503) return { answer, before };
    before.push(verdictOf(answer));
    await pause(AGAIN_AFTER_MS);
  }
}

/** Nobody has lost anything, whichever process they ask. */
export async function expectAllSignedIn(world: FaultsWorld, people: readonly SignedIn[]): Promise<void> {
  for (const at of world.processes) {
    const decisions = await Promise.all(people.map((who) => askUntilDecided(() => world.guarded(at, who))));
    expect(tallyOf(decisions.map(({ answer }) => answer))).toBe(`200 × ${people.length}`);
  }
}

/** Milliseconds from now on. */
export function stopwatch(): () => number {
  const startedAt = performance.now();
  return () => performance.now() - startedAt;
}

export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** What is let go later. */
export class Gate {
  readonly opened: Promise<void>;
  open: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
}
