import type { Verdict } from './attack.js';
import type { RawAnswer } from './http/raw-client.js';

/** In what the answer is not what the verdict says; `null` where it is. */
export function findDisagreement(answer: RawAnswer, { status, code, or }: Verdict): string | null {
  if (answer.status === or && or !== status) return null;
  if (answer.status !== status) return `status ${String(answer.status)} instead of ${String(status)}`;
  const { code: found } = parseProblem(answer.text);
  if (code === null || found === code || (or === status && found === undefined)) return null;
  return `code ${String(found)} instead of ${code}`;
}

/** The members of a problem; none where the body is something else. */
export function parseProblem(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
