/** A member of something of which nothing is known. */
export function memberOf(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

/** What a method of it gives; `undefined` where there is none. */
export function answerOf(value: unknown, method: string, ...args: unknown[]): unknown {
  const found = memberOf(value, method);
  return typeof found === 'function' ? (found.apply(value, args) as unknown) : undefined;
}
