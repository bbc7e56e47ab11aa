/**
 * A member of a body (JSON or form) that is a text.
 *
 * @returns `null` where the body is no object, or the member is missing, repeated, or anything else than a text.
 */
export function textMember(body: unknown, name: string): string | null {
  const value = member(body, name);
  return typeof value === 'string' ? value : null;
}

/** Whatever a body has under a name of its own; `null` where it is no object or has nothing there. */
export function member(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? Reflect.get(body, name) : null;
}
