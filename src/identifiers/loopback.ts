/**
 * Whether a host name, as {@link URL} spells it, is this machine itself.
 *
 * @param hostname - Lower case, IPv6 in brackets: `localhost`, `127.0.0.1`, `[::1]`.
 */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
