/**
 * A member of a body (JSON or form) that is a text.
 *
 * @returns `null` where the body is no object, or the member is missing, repeated, or anything else than a text.
 */
export function textMember(body: unknown, name: string): string | null {
  const value: unknown =
    typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? Reflect.get(body, name) : null;
  return typeof value === 'string' ? value : null;
}
