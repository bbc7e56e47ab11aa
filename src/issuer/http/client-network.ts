import { isIP, type BlockList } from 'node:net';

import { headerValuesOf, nodeRequestOf, type PlatformRequest } from '../../http/platform.js';
import { isAmong, plainAddress } from './trusted-proxies.js';

const LOOPBACK = /^127\.|^::1$/;

/**
 * Where a request comes from, as limits count it: an IPv4 address, or the /64 of an IPv6 address, since one subscriber has at least that
 * many. `X-Forwarded-For` is read from its end, where the nearest proxy has written, and for as long as those who wrote it are trusted: what
 * stands before that are the client's own words.
 *
 * @returns `null` for whoever sits at this machine.
 */
export function clientNetworkOf(request: PlatformRequest, trustedProxies: BlockList): string | null {
  const peer = plainAddress(nodeRequestOf(request).socket.remoteAddress ?? '');
  const forwarded = headerValuesOf(request, 'x-forwarded-for')
    .flatMap((field) => field.split(','))
    .map(plainAddress)
    .filter((address) => address !== '');
  if (LOOPBACK.test(peer) && forwarded.length === 0) return null;
  const hops = [peer, ...forwarded.reverse()];
  const client = hops.find((hop) => !isAmong(trustedProxies, hop)) ?? hops.at(-1) ?? '';
  switch (isIP(client)) {
    case 4:
      return client;
    case 6:
      return networkOf(client);
    default:
      // A proxy that hides its clients, or sends names for them: they share what one of them may do.
      return 'unknown';
  }
}

/** The first four groups of an IPv6 address. */
function networkOf(address: string): string {
  const [head = '', tail] = address.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array<string>(gap).fill('0'), ...last].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
