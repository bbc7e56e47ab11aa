const MAX_LENGTH = 2048;
/** One slash, and no second one of either kind, which browsers take for the beginning of a host. */
const LOCAL = /^\/(?![/\\])[\x21-\x7e]*$/;

/**
 * A place on this site to go back to after a sign-in: path, query and fragment. `null` for everything that any browser could take for another
 * origin.
 *
 * @param given - What a request asks for, in whatever spelling.
 * @param publicUrl - The site.
 */
export function findReturnPath(given: unknown, publicUrl: string): string | null {
  if (typeof given !== 'string' || given.length > MAX_LENGTH || !LOCAL.test(given)) return null;
  // What the browser will make of it: it takes \ for /, and dots out of paths.
  if (!URL.canParse(given, publicUrl)) return null;
  const url = new URL(given, publicUrl);
  const path = `${url.pathname}${url.search}${url.hash}`;
  return url.origin === new URL(publicUrl).origin && LOCAL.test(path) ? path : null;
}
