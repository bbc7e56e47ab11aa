/**
 * Freezes a value and all that is in it.
 *
 * @param value - From JSON, so a tree.
 */
export function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value) as unknown[]) {
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}
