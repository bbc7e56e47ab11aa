const DIGITS = /^\d{1,16}$/;

/**
 * Reads a `challenge_id`, which comes back from the authorize page as text and goes to the issuer as a JSON integer.
 *
 * @returns `null` for everything but digits that make a safe integer: `4e1`, `0x2a`, ` 42`, `-1`.
 */
export function parseChallengeId(value: unknown): number | null {
  const id = typeof value === 'string' && DIGITS.test(value) ? Number(value) : value;
  return Number.isSafeInteger(id) && Number(id) >= 0 ? Number(id) : null;
}
